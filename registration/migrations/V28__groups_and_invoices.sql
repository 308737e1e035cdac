-- A school pays for many candidates at once: a list of orders which nobody pays for, or changes, otherwise for a while, and
-- the payments that are made for it. And invoices.
--
-- Expand only: the version before neither makes nor asks after them, and what it writes of payments stays as it was.

-- All at once, and never for long while another process holds one of them: two that wait for each other would both fail.
DO $$
BEGIN
    FOR attempt IN 1..60 LOOP
        BEGIN
            SET LOCAL lock_timeout = '800ms';
            LOCK TABLE registration.orders, registration.payments IN ACCESS EXCLUSIVE MODE;
            SET LOCAL lock_timeout = 0;
            RETURN;
        EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
            PERFORM pg_sleep(0.05);
        END;
    END LOOP;
    RAISE EXCEPTION 'others hold the tables of registration: start again when they are done';
END $$;

CREATE TABLE registration.group_payments (
    id           uuid PRIMARY KEY,
    exam         text NOT NULL REFERENCES registration.exams,
    -- Whose candidates they are, where the exam has organisations.
    organisation text,
    -- What staff call it.
    title        text NOT NULL,
    begun_by     uuid NOT NULL REFERENCES registration.staff,
    created_at   timestamptz NOT NULL,
    -- From then on nothing is kept from anybody, whoever forgets it.
    locked_until timestamptz NOT NULL,
    -- When staff let its orders go before that.
    released_at  timestamptz,
    CHECK (locked_until > created_at)
);
CREATE INDEX group_payments_of_exam ON registration.group_payments (exam, created_at);

CREATE TABLE registration.group_payment_orders (
    group_payment uuid NOT NULL REFERENCES registration.group_payments,
    order_id      text NOT NULL REFERENCES registration.orders,
    amount_fen    bigint NOT NULL CHECK (amount_fen > 0),
    PRIMARY KEY (group_payment, order_id)
);
CREATE INDEX group_payment_orders_of_order ON registration.group_payment_orders (order_id);

-- For which of them a payment was made.
ALTER TABLE registration.payments ADD COLUMN of_group uuid REFERENCES registration.group_payments;
CREATE INDEX payments_of_group ON registration.payments (of_group) WHERE of_group IS NOT NULL;

-- What candidates want to be invoiced for, and the invoices (发票) that the finance office made elsewhere and handed back.
CREATE TABLE registration.invoices (
    order_id     text PRIMARY KEY REFERENCES registration.orders,
    exam         text NOT NULL REFERENCES registration.exams,
    asked_at     timestamptz NOT NULL,
    -- For whom, and with which tax number: sealed, because it may be a person's name.
    title        bytea NOT NULL,
    -- The document that was handed back, of how much, and by whom.
    document     uuid,
    issued_fen   bigint CHECK (issued_fen > 0),
    issued_at    timestamptz,
    issued_by    uuid REFERENCES registration.staff,
    -- The same of the credit note (红字发票), for what has gone back since.
    credit       uuid,
    credited_fen bigint CHECK (credited_fen > 0 AND credited_fen <= issued_fen),
    credited_at  timestamptz,
    credited_by  uuid REFERENCES registration.staff,
    CHECK ((document IS NULL) = (issued_fen IS NULL) AND (document IS NULL) = (issued_at IS NULL)
        AND (document IS NULL) = (issued_by IS NULL)),
    CHECK ((credit IS NULL) = (credited_fen IS NULL) AND (credit IS NULL) = (credited_at IS NULL)
        AND (credit IS NULL) = (credited_by IS NULL)),
    CHECK (credit IS NULL OR document IS NOT NULL)
);
CREATE INDEX invoices_of_exam ON registration.invoices (exam, asked_at, order_id);
