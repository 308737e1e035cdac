-- Reconciliation: what channels say moved in a day, and where it is not what we have. And staff of finance.
--
-- Expand only. The version before knows no staff of finance: none may be added before it is gone.

-- All at once, and never for long while another process holds one of them.
DO $$
BEGIN
    FOR attempt IN 1..60 LOOP
        BEGIN
            SET LOCAL lock_timeout = '800ms';
            LOCK TABLE registration.payments, registration.refunds, registration.journal, registration.staff IN ACCESS EXCLUSIVE MODE;
            SET LOCAL lock_timeout = 0;
            RETURN;
        EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
            PERFORM pg_sleep(0.05);
        END;
    END LOOP;
    RAISE EXCEPTION 'others hold the tables of registration: start again when they are done';
END $$;

ALTER TABLE registration.staff DROP CONSTRAINT staff_role_check;
ALTER TABLE registration.staff
    ADD CONSTRAINT staff_role_check CHECK (role IN ('reviewer', 'finance', 'administrator'));

-- Money that came, and refunds that went, by when: what a day's bill is held against.
CREATE INDEX payments_came ON registration.payments (method, (coalesce(paid_at, received_at)))
    WHERE state = 'received';
CREATE INDEX refunds_went ON registration.refunds (ended_at) WHERE state = 'done';
-- What finance looks at, the newest first, and what a channel calls it.
CREATE INDEX payments_newest ON registration.payments (created_at DESC, id DESC);
CREATE INDEX journal_of_payment ON registration.journal (payment);
CREATE INDEX payments_of_reference ON registration.payments (reference) WHERE reference IS NOT NULL;

-- The bill of a channel's day: wanted, read, or known to be empty. A day is China's.
CREATE TABLE registration.bills (
    channel       text NOT NULL CHECK (channel ~ '^[a-z_]{1,32}$'),
    day           date NOT NULL,
    state         text NOT NULL CHECK (state IN ('wanted', 'read', 'empty')),
    -- Fetched from the channel, or a file that somebody brought.
    source        text CHECK (source IN ('channel', 'file')),
    -- When the channel is asked for it next, and what it said last.
    try_at        timestamptz,
    failed        text,
    -- Since when people must look, because it does not come.
    stuck_at      timestamptz,
    read_at       timestamptz,
    compared_at   timestamptz,
    payments      integer NOT NULL DEFAULT 0,
    paid_fen      bigint NOT NULL DEFAULT 0,
    refunds       integer NOT NULL DEFAULT 0,
    refunded_fen  bigint NOT NULL DEFAULT 0,
    fee_fen       bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (channel, day),
    CHECK ((state = 'read') = (source IS NOT NULL)),
    CHECK ((state = 'wanted') = (read_at IS NULL))
);
CREATE INDEX bills_to_fetch ON registration.bills (try_at) WHERE try_at IS NOT NULL;

-- Its lines, as the channel wrote them. `payment` and `refund` are our numbers in it, where they are such.
CREATE TABLE registration.bill_lines (
    channel    text NOT NULL,
    day        date NOT NULL,
    line       integer NOT NULL,
    kind       text NOT NULL CHECK (kind IN ('payment', 'refund')),
    number     text NOT NULL,
    payment    uuid,
    refund_number text,
    refund     uuid,
    reference  text NOT NULL,
    at         timestamptz,
    amount_fen bigint NOT NULL CHECK (amount_fen >= 0),
    fee_fen    bigint NOT NULL,
    PRIMARY KEY (channel, day, line),
    FOREIGN KEY (channel, day) REFERENCES registration.bills,
    CHECK ((kind = 'refund') = (refund_number IS NOT NULL))
);
CREATE INDEX bill_lines_of_payment ON registration.bill_lines (payment) WHERE payment IS NOT NULL;
CREATE INDEX bill_lines_of_number ON registration.bill_lines (number) WHERE payment IS NULL;
CREATE INDEX bill_lines_of_refund ON registration.bill_lines (refund) WHERE refund IS NOT NULL;

-- Where a day's bill and our books differ. `subject` is the number that it is about: one line a kind, however often the day
-- is compared. It closes when it is no longer so, or when somebody of the staff has seen to it.
CREATE TABLE registration.findings (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    channel    text NOT NULL,
    day        date NOT NULL,
    kind       text NOT NULL CHECK (kind ~ '^[a-z_]{1,32}$'),
    subject    text NOT NULL,
    payment    uuid,
    refund     uuid,
    ours_fen   bigint,
    theirs_fen bigint,
    -- Our state of it, the other reference, the day on which it is: whatever the kind has to say.
    detail     text,
    found_at   timestamptz NOT NULL,
    closed_at  timestamptz,
    closed_by  uuid REFERENCES registration.staff,
    note       text,
    CONSTRAINT findings_once UNIQUE (channel, day, kind, subject),
    FOREIGN KEY (channel, day) REFERENCES registration.bills,
    CHECK (closed_by IS NULL OR (closed_at IS NOT NULL AND note IS NOT NULL))
);
CREATE INDEX findings_open ON registration.findings (channel, day) WHERE closed_at IS NULL;
