-- Money: what a channel was asked and answered, the journal of every fen, what money that came has become, and refunds.
--
-- Expand only: the entries of money that came are made by a trigger, so that they are there whichever version writes it.

-- All at once, and never for long while another process holds one of them: two that wait for each other would both fail.
DO $$
BEGIN
    FOR attempt IN 1..60 LOOP
        BEGIN
            SET LOCAL lock_timeout = '800ms';
            LOCK TABLE registration.orders, registration.payments, registration.payment_orders IN ACCESS EXCLUSIVE MODE;
            SET LOCAL lock_timeout = 0;
            RETURN;
        EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
            PERFORM pg_sleep(0.05);
        END;
    END LOOP;
    RAISE EXCEPTION 'others hold the tables of registration: start again when they are done';
END $$;

ALTER TABLE registration.payments
    -- The order call as it is sent, the first time and every time again, and which of the channel's calls it is.
    ADD COLUMN product      text,
    ADD COLUMN order_call   text,
    ADD COLUMN surface      text CHECK (surface IN ('phone', 'desk')),
    ADD COLUMN notify_url   text,
    -- From then on the channel takes no money for it.
    ADD COLUMN expires_at   timestamptz,
    -- How often the order call was sent, and how the payer goes on, as long as that is good.
    ADD COLUMN calls        integer NOT NULL DEFAULT 0,
    ADD COLUMN start_kind   text CHECK (start_kind IN ('go', 'scan')),
    ADD COLUMN start_text   text,
    ADD COLUMN start_until  timestamptz,
    -- When the channel is to be asked next, and when it answered last.
    ADD COLUMN ask_at       timestamptz,
    ADD COLUMN heard_at     timestamptz,
    -- Since when nobody can tell what became of it, so that people must look.
    ADD COLUMN stuck_at     timestamptz,
    -- How much really came, and when the channel says so.
    ADD COLUMN received_fen bigint CHECK (received_fen >= 0),
    ADD COLUMN paid_at      timestamptz,
    -- Money that came for an attempt that had come to its end is a payment of its own right.
    ADD COLUMN of_attempt   uuid REFERENCES registration.payments,
    ADD CONSTRAINT payments_call CHECK ((order_call IS NULL) = (product IS NULL)),
    ADD CONSTRAINT payments_start CHECK ((start_kind IS NULL) = (start_text IS NULL)),
    ADD CONSTRAINT payments_late CHECK (of_attempt IS NULL OR state = 'received');
UPDATE registration.payments SET received_fen = amount_fen WHERE state = 'received';
ALTER TABLE registration.payments
    ADD CONSTRAINT payments_received CHECK ((state = 'received') = (received_fen IS NOT NULL));
CREATE UNIQUE INDEX payments_one_late ON registration.payments (of_attempt) WHERE of_attempt IS NOT NULL;
CREATE INDEX payments_to_ask ON registration.payments (ask_at) WHERE ask_at IS NOT NULL;
CREATE INDEX payments_stuck ON registration.payments (stuck_at) WHERE stuck_at IS NOT NULL;

-- The version before does not say how much came: what was asked for. And what has come to its end never leaves it.
CREATE FUNCTION registration.payments_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.state IN ('received', 'closed', 'failed') AND (NEW.state, NEW.received_fen, NEW.amount_fen)
        IS DISTINCT FROM (OLD.state, OLD.received_fen, OLD.amount_fen) THEN
        RAISE EXCEPTION 'a payment that is % stays so', OLD.state;
    END IF;
    IF NEW.state = 'received' THEN
        NEW.received_fen := coalesce(NEW.received_fen, NEW.amount_fen);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER payments_move BEFORE INSERT OR UPDATE ON registration.payments
    FOR EACH ROW EXECUTE FUNCTION registration.payments_move();

-- What money that came by a channel has become, for each order that it was for: to be settled, a seat, a choice of other
-- sittings, or a refund.
CREATE TABLE registration.settlements (
    payment      uuid NOT NULL,
    order_id     text NOT NULL,
    state        text NOT NULL CHECK (state IN ('due', 'seat', 'choice', 'refund')),
    -- When it is looked at next: at once, after a pause, or when the choice ends.
    due_at       timestamptz,
    choice_until timestamptz,
    moved_at     timestamptz NOT NULL,
    PRIMARY KEY (payment, order_id),
    -- Not to the order: whoever settles has that locked, and whoever writes money down must never wait for it.
    FOREIGN KEY (payment, order_id) REFERENCES registration.payment_orders,
    CHECK ((state = 'choice') = (choice_until IS NOT NULL)),
    CHECK ((state IN ('due', 'choice')) = (due_at IS NOT NULL))
);
CREATE UNIQUE INDEX settlements_one_seat ON registration.settlements (order_id) WHERE state = 'seat';
CREATE INDEX settlements_of_order ON registration.settlements (order_id);
CREATE INDEX settlements_due ON registration.settlements (due_at) WHERE due_at IS NOT NULL;

-- Money that goes back. The number that the channel knows is the row's.
CREATE TABLE registration.refunds (
    id          uuid PRIMARY KEY,
    payment     uuid NOT NULL,
    order_id    text NOT NULL,
    amount_fen  bigint NOT NULL CHECK (amount_fen > 0),
    reason      text NOT NULL CHECK (reason ~ '^[a-z_]{1,32}$'),
    state       text NOT NULL CHECK (state IN
        ('asked', 'due', 'sent', 'processing', 'unknown', 'short', 'abnormal', 'done', 'closed')),
    created_at  timestamptz NOT NULL,
    asked_kind  text NOT NULL CHECK (asked_kind IN ('candidate', 'staff', 'system', 'gateway')),
    asked_id    text,
    -- Who of the staff agreed, where it needs two.
    agreed_by   uuid REFERENCES registration.staff,
    note        text,
    calls       integer NOT NULL DEFAULT 0,
    ask_at      timestamptz,
    heard_at    timestamptz,
    sent_at     timestamptz,
    ended_at    timestamptz,
    -- What the channel said last.
    code        text,
    stuck_at    timestamptz,
    CONSTRAINT refunds_one_a_reason UNIQUE (payment, order_id, reason),
    FOREIGN KEY (payment, order_id) REFERENCES registration.payment_orders,
    CHECK ((asked_kind = 'system') = (asked_id IS NULL)),
    CHECK ((state IN ('done', 'closed')) = (ended_at IS NOT NULL))
);
CREATE INDEX refunds_to_ask ON registration.refunds (ask_at) WHERE ask_at IS NOT NULL;
CREATE INDEX refunds_of_order ON registration.refunds (order_id);
CREATE INDEX refunds_stuck ON registration.refunds (stuck_at) WHERE stuck_at IS NOT NULL;

CREATE FUNCTION registration.refunds_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state IN ('done', 'closed') AND NEW.state <> OLD.state THEN
        RAISE EXCEPTION 'a refund that is % stays so', OLD.state;
    END IF;
    IF (NEW.payment, NEW.order_id, NEW.amount_fen, NEW.reason)
        IS DISTINCT FROM (OLD.payment, OLD.order_id, OLD.amount_fen, OLD.reason) THEN
        RAISE EXCEPTION 'what a refund is of never changes';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER refunds_move BEFORE UPDATE ON registration.refunds
    FOR EACH ROW EXECUTE FUNCTION registration.refunds_move();
CREATE TRIGGER refunds_stay BEFORE DELETE ON registration.refunds
    FOR EACH ROW EXECUTE FUNCTION registration.refuse_change();

-- Double entry: each entry has one cause, a payment or a refund of it, and lines that balance. Rows are only added.
CREATE TABLE registration.journal (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at       timestamptz NOT NULL,
    kind     text NOT NULL CHECK (kind IN ('received', 'settled', 'refund_due', 'refunded', 'refund_closed')),
    payment  uuid NOT NULL REFERENCES registration.payments,
    order_id text,
    refund   uuid REFERENCES registration.refunds,
    CHECK ((kind = 'received') = (order_id IS NULL)),
    CHECK ((kind IN ('refund_due', 'refunded', 'refund_closed')) = (refund IS NOT NULL))
);
CREATE UNIQUE INDEX journal_once_received ON registration.journal (payment) WHERE kind = 'received';
CREATE UNIQUE INDEX journal_once_settled ON registration.journal (payment, order_id) WHERE kind = 'settled';
CREATE UNIQUE INDEX journal_once_refund ON registration.journal (refund, kind) WHERE refund IS NOT NULL;
CREATE INDEX journal_at ON registration.journal (at);

CREATE TABLE registration.journal_lines (
    entry      bigint NOT NULL REFERENCES registration.journal,
    line       smallint NOT NULL,
    account    text NOT NULL CHECK (account ~ '^(candidate|income|refund_due|clearing\.[a-z_]{1,32})$'),
    debit_fen  bigint NOT NULL CHECK (debit_fen >= 0),
    credit_fen bigint NOT NULL CHECK (credit_fen >= 0),
    PRIMARY KEY (entry, line),
    CHECK ((debit_fen = 0) <> (credit_fen = 0))
);
CREATE INDEX journal_lines_of_account ON registration.journal_lines (account);

CREATE FUNCTION registration.journal_balances() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    of_entry bigint := CASE TG_TABLE_NAME WHEN 'journal' THEN (to_jsonb(NEW)->>'id') ELSE (to_jsonb(NEW)->>'entry') END;
    is_balanced boolean;
BEGIN
    SELECT count(*) >= 2 AND sum(debit_fen) = sum(credit_fen) INTO is_balanced
    FROM registration.journal_lines WHERE entry = of_entry;
    IF NOT is_balanced THEN
        RAISE EXCEPTION 'entry % of the journal does not balance', of_entry USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER journal_balances AFTER INSERT ON registration.journal DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION registration.journal_balances();
CREATE CONSTRAINT TRIGGER journal_balances AFTER INSERT ON registration.journal_lines DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION registration.journal_balances();
CREATE TRIGGER journal_stays BEFORE UPDATE OR DELETE ON registration.journal
    FOR EACH ROW EXECUTE FUNCTION registration.refuse_change();
CREATE TRIGGER journal_stays_whole BEFORE TRUNCATE ON registration.journal
    FOR EACH STATEMENT EXECUTE FUNCTION registration.refuse_change();
CREATE TRIGGER journal_lines_stay BEFORE UPDATE OR DELETE ON registration.journal_lines
    FOR EACH ROW EXECUTE FUNCTION registration.refuse_change();
CREATE TRIGGER journal_lines_stay_whole BEFORE TRUNCATE ON registration.journal_lines
    FOR EACH STATEMENT EXECUTE FUNCTION registration.refuse_change();

-- The entries of money that came, whichever version writes that it did. Money by screenshot is received when the seats are
-- confirmed, so that it is income at once; by a channel it is to be settled.
CREATE FUNCTION registration.enter_received(of_payment uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    p registration.payments%ROWTYPE;
    of_entry bigint;
    part record;
BEGIN
    SELECT * INTO STRICT p FROM registration.payments WHERE id = of_payment;
    IF p.received_fen > 0 AND NOT EXISTS (
        SELECT FROM registration.journal WHERE payment = p.id AND kind = 'received') THEN
        INSERT INTO registration.journal (at, kind, payment) VALUES (p.received_at, 'received', p.id)
        RETURNING id INTO of_entry;
        INSERT INTO registration.journal_lines (entry, line, account, debit_fen, credit_fen)
        VALUES (of_entry, 1, 'clearing.' || p.method, p.received_fen, 0), (of_entry, 2, 'candidate', 0, p.received_fen);
    END IF;
    IF p.method <> 'screenshot' THEN
        INSERT INTO registration.settlements (payment, order_id, state, due_at, moved_at)
        SELECT p.id, b.order_id, 'due', now(), now() FROM registration.payment_orders b WHERE b.payment = p.id
        ON CONFLICT DO NOTHING;
        RETURN;
    END IF;
    FOR part IN SELECT * FROM registration.payment_orders b WHERE b.payment = p.id AND b.amount_fen > 0
        AND NOT EXISTS (SELECT FROM registration.journal j
            WHERE j.payment = p.id AND j.order_id = b.order_id AND j.kind = 'settled')
    LOOP
        INSERT INTO registration.journal (at, kind, payment, order_id)
        VALUES (p.received_at, 'settled', p.id, part.order_id) RETURNING id INTO of_entry;
        INSERT INTO registration.journal_lines (entry, line, account, debit_fen, credit_fen)
        VALUES (of_entry, 1, 'candidate', part.amount_fen, 0), (of_entry, 2, 'income', 0, part.amount_fen);
    END LOOP;
END $$;
CREATE FUNCTION registration.payments_enter() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM registration.enter_received(NEW.id);
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER payments_enter_new AFTER INSERT ON registration.payments DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.state = 'received') EXECUTE FUNCTION registration.payments_enter();
CREATE CONSTRAINT TRIGGER payments_enter AFTER UPDATE ON registration.payments DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.state = 'received' AND OLD.state <> 'received')
    EXECUTE FUNCTION registration.payments_enter();

-- What was received before.
SELECT registration.enter_received(id) FROM registration.payments WHERE state = 'received'
ORDER BY received_at, id;

-- Nothing is to be paid for an order that costs nothing, so that no payment is made up for it when it is confirmed.
CREATE FUNCTION registration.needs_no_money(of_order registration.orders) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT of_order.amount_fen = 0 AND of_order.state IN ('confirming', 'confirmed')
$$;
DO $$
DECLARE
    body text;
BEGIN
    SELECT pg_get_functiondef('registration.bridge_payments()'::regprocedure) INTO STRICT body;
    body := replace(body, 'IF pending_id IS NULL AND NOT is_received AND',
        'IF pending_id IS NULL AND NOT is_received AND NOT registration.needs_no_money(o) AND');
    ASSERT body LIKE '%needs_no_money%', 'bridge_payments is another one';
    EXECUTE body;
END $$;
