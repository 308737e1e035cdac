-- Payments apart from orders. An order says which seats somebody has or is owed; a payment is one attempt to pay, or
-- money that came, with states of its own, and is never deleted.
--
-- Expand only: `orders.state` and `orders.decided_by` stay as the version before reads and writes them, and the triggers
-- named bridge_… turn what it writes into payments until a later migration drops both.

-- All at once, and never for long while another process holds one of them: two that wait for each other would both fail.
DO $$
BEGIN
    FOR attempt IN 1..60 LOOP
        BEGIN
            SET LOCAL lock_timeout = '800ms';
            LOCK TABLE registration.applications, registration.orders, registration.screenshots IN ACCESS EXCLUSIVE MODE;
            SET LOCAL lock_timeout = 0;
            RETURN;
        EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
            PERFORM pg_sleep(0.05);
        END;
    END LOOP;
    RAISE EXCEPTION 'others hold the tables of registration: start again when they are done';
END $$;

CREATE TABLE registration.payments (
    id           uuid PRIMARY KEY,
    method       text NOT NULL CHECK (method ~ '^[a-z0-9_]{1,32}$'),
    amount_fen   bigint NOT NULL CHECK (amount_fen >= 0),
    state        text NOT NULL CHECK (state IN ('created', 'pending', 'unknown', 'received', 'closed', 'failed')),
    -- What the gateway calls it.
    reference    text,
    created_at   timestamptz NOT NULL,
    received_at  timestamptz,
    -- Who said last what became of it, and why: an Actor of the program.
    decided_kind text CHECK (decided_kind IN ('candidate', 'staff', 'system', 'gateway')),
    decided_id   text,
    decided_at   timestamptz,
    reason       text,
    CONSTRAINT payments_one_per_reference UNIQUE (method, reference),
    CHECK ((state = 'received') = (received_at IS NOT NULL)),
    CHECK (state IN ('created', 'pending', 'unknown') OR (decided_kind IS NOT NULL AND decided_at IS NOT NULL)),
    CHECK ((decided_kind IS NULL OR decided_kind = 'system') = (decided_id IS NULL))
);

-- What of a payment is for which order.
CREATE TABLE registration.payment_orders (
    payment    uuid NOT NULL REFERENCES registration.payments,
    order_id   text NOT NULL REFERENCES registration.orders,
    amount_fen bigint NOT NULL CHECK (amount_fen >= 0),
    PRIMARY KEY (payment, order_id)
);
CREATE INDEX payment_orders_of_order ON registration.payment_orders (order_id);

-- Everything that ever happened to a payment.
CREATE TABLE registration.payment_events (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    payment    uuid NOT NULL REFERENCES registration.payments,
    at         timestamptz NOT NULL,
    actor_kind text NOT NULL CHECK (actor_kind IN ('candidate', 'staff', 'system', 'gateway')),
    actor_id   text,
    event      text NOT NULL,
    detail     jsonb,
    CHECK ((actor_kind = 'system') = (actor_id IS NULL))
);
CREATE INDEX payment_events_of_payment ON registration.payment_events (payment, id);

CREATE FUNCTION registration.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of registration.% stay as they are: no %', TG_TABLE_NAME, TG_OP;
END $$;
CREATE TRIGGER payments_stay BEFORE DELETE ON registration.payments
    FOR EACH ROW EXECUTE FUNCTION registration.refuse_change();
CREATE TRIGGER payment_orders_stay BEFORE UPDATE OR DELETE ON registration.payment_orders
    FOR EACH ROW EXECUTE FUNCTION registration.refuse_change();
CREATE TRIGGER payment_events_stay BEFORE UPDATE OR DELETE ON registration.payment_events
    FOR EACH ROW EXECUTE FUNCTION registration.refuse_change();

-- The payment that an accepted picture is evidence of.
ALTER TABLE registration.screenshots ADD COLUMN payment uuid REFERENCES registration.payments;
CREATE INDEX screenshots_of_payment ON registration.screenshots (payment) WHERE payment IS NOT NULL;

-- What an order's state says of its seats, once and for all queries and indexes. Who decided last may be no member of
-- staff; where it is one, decided_by says so as before.
ALTER TABLE registration.orders
    ADD COLUMN stage text NOT NULL GENERATED ALWAYS AS (CASE
        WHEN state = 'confirming' THEN 'settling'
        WHEN state = 'confirmed' THEN 'settled'
        WHEN state IN ('lapsed', 'released', 'cancelled') THEN 'ended'
        ELSE 'open' END) STORED,
    ADD COLUMN ended_why text GENERATED ALWAYS AS
        (CASE WHEN state IN ('lapsed', 'released', 'cancelled') THEN state END) STORED,
    ADD COLUMN is_live boolean NOT NULL GENERATED ALWAYS AS (state NOT IN ('lapsed', 'released', 'cancelled')) STORED,
    ADD COLUMN decided_kind text CHECK (decided_kind IN ('candidate', 'staff', 'system', 'gateway')),
    ADD COLUMN decided_id text;
UPDATE registration.orders SET decided_kind = 'staff', decided_id = decided_by::text WHERE decided_by IS NOT NULL;
DO $$
DECLARE
    demands_staff text;
BEGIN
    SELECT conname INTO STRICT demands_staff FROM pg_constraint
    WHERE conrelid = 'registration.orders'::regclass AND contype = 'c'
        AND pg_get_constraintdef(oid) LIKE '%decided_by IS NOT NULL%';
    EXECUTE format('ALTER TABLE registration.orders DROP CONSTRAINT %I', demands_staff);
END $$;
ALTER TABLE registration.orders
    ADD CONSTRAINT orders_decided
        CHECK (state NOT IN ('confirming', 'confirmed') OR (decided_kind IS NOT NULL AND decided_at IS NOT NULL)),
    ADD CONSTRAINT orders_decided_id CHECK ((decided_kind IS NULL OR decided_kind = 'system') = (decided_id IS NULL));

DROP INDEX registration.orders_one_live;
CREATE UNIQUE INDEX orders_one_live ON registration.orders (account, exam, part) WHERE is_sole AND is_live;
DROP INDEX registration.orders_open;
CREATE INDEX orders_open ON registration.orders (account, exam) WHERE seats_owed OR is_live;

-- A payment that was once confirmed stays so: also where nobody wrote down when, the audit knows.
UPDATE registration.orders o SET paid_at = a.at
FROM (SELECT subject, min(at) AS at FROM registration.audit WHERE action = 'confirmed' GROUP BY subject) a
WHERE a.subject = o.id AND o.paid_at IS NULL;
UPDATE registration.orders SET paid_at = decided_at WHERE state = 'confirmed' AND paid_at IS NULL;

-- The version before put a paid order back into the queue when its form was changed, and forgot who had confirmed it. It
-- is confirmed, and it is the form that waits, or that was refused.
CREATE TEMPORARY TABLE moved_back ON COMMIT DROP AS
SELECT o.id, o.exam, o.account, o.state, o.submitted_at, o.decided_by, o.decided_at, o.reason, a.staff AS confirmed_by,
    coalesce(a.at, o.paid_at) AS confirmed_at
FROM registration.orders o
LEFT JOIN LATERAL (
    SELECT at, staff FROM registration.audit WHERE subject = o.id AND action = 'confirmed' ORDER BY id DESC LIMIT 1
) a ON true
WHERE o.paid_at IS NOT NULL AND o.state IN ('waiting_review', 'refused');
UPDATE registration.applications p
SET review = CASE m.state WHEN 'refused' THEN 'refused' ELSE 'waiting' END,
    review_at = CASE m.state WHEN 'refused' THEN m.decided_at ELSE m.submitted_at END,
    review_by = m.decided_by, review_reason = m.reason
FROM (SELECT DISTINCT ON (exam, account) * FROM moved_back ORDER BY exam, account, state DESC) m
WHERE p.exam = m.exam AND p.account = m.account AND p.details_at IS NOT NULL AND p.review = 'none';
UPDATE registration.orders o
SET state = 'confirmed', decided_by = m.confirmed_by, decided_at = m.confirmed_at, reason = NULL, mend_until = NULL,
    decided_kind = CASE WHEN m.confirmed_by IS NULL THEN 'system' ELSE 'staff' END, decided_id = m.confirmed_by::text,
    refusals = 0
FROM moved_back m WHERE m.id = o.id;

-- Every picture that was handed in was evidence of a payment. Each refusal of staff ended one; what was refused after the
-- payment had been confirmed was the form.
CREATE TEMPORARY TABLE refusals ON COMMIT DROP AS
SELECT o.id AS order_id, a.at, a.staff, row_number() OVER (PARTITION BY o.id ORDER BY a.id) AS number
FROM registration.orders o JOIN registration.audit a ON a.subject = o.id AND a.action = 'refused'
WHERE o.paid_at IS NULL OR a.at < o.paid_at;
CREATE INDEX ON refusals (order_id);
CREATE TEMPORARY TABLE hand_ins ON COMMIT DROP AS
SELECT gen_random_uuid() AS id, order_id, number, at AS refused_at, staff AS refused_by FROM refusals
UNION ALL
SELECT gen_random_uuid(), o.id, 1 + coalesce(r.count, 0), NULL, NULL
FROM registration.orders o
LEFT JOIN (SELECT order_id, count(*) AS count, max(at) AS last FROM refusals GROUP BY order_id) r ON r.order_id = o.id
WHERE o.state IN ('waiting_review', 'confirming', 'confirmed') OR o.paid_at IS NOT NULL OR EXISTS (
    SELECT FROM registration.screenshots s
    WHERE s.order_id = o.id AND s.accepted_at IS NOT NULL AND s.accepted_at > coalesce(r.last, '-infinity'));
CREATE INDEX ON hand_ins (order_id, number);
ANALYZE hand_ins;
CREATE TEMPORARY TABLE evidence ON COMMIT DROP AS
SELECT s.id, s.accepted_at, c.id AS payment
FROM registration.screenshots s
JOIN hand_ins c ON c.order_id = s.order_id
    AND c.number = 1 + (SELECT count(*) FROM refusals r WHERE r.order_id = s.order_id AND r.at < s.accepted_at)
WHERE s.accepted_at IS NOT NULL;
INSERT INTO registration.payments
    (id, method, amount_fen, state, created_at, received_at, decided_kind, decided_id, decided_at, reason)
SELECT c.id, 'screenshot', o.amount_fen, s.state, coalesce(e.first, c.refused_at, o.submitted_at, o.created_at),
    CASE s.state WHEN 'received' THEN o.paid_at END,
    CASE WHEN s.state = 'pending' THEN NULL WHEN d.staff IS NULL THEN 'system' ELSE 'staff' END,
    CASE WHEN s.state <> 'pending' THEN d.staff::text END,
    CASE s.state WHEN 'pending' THEN NULL WHEN 'received' THEN o.paid_at
        ELSE coalesce(c.refused_at, o.decided_at, e.first, o.created_at) END,
    CASE WHEN s.state = 'failed' AND NOT EXISTS (
        SELECT FROM hand_ins l WHERE l.order_id = c.order_id AND l.number > c.number) THEN o.reason END
FROM hand_ins c
JOIN registration.orders o ON o.id = c.order_id
LEFT JOIN (SELECT payment, min(accepted_at) AS first FROM evidence GROUP BY payment) e ON e.payment = c.id
CROSS JOIN LATERAL (SELECT CASE
    WHEN c.refused_at IS NOT NULL THEN 'failed'
    WHEN o.paid_at IS NOT NULL THEN 'received'
    WHEN o.state IN ('waiting_review', 'confirming') THEN 'pending'
    WHEN o.state IN ('refused', 'cancelled') THEN 'failed'
    ELSE 'closed' END AS state) s
LEFT JOIN LATERAL (
    SELECT staff FROM registration.audit WHERE subject = o.id AND action = 'confirmed' ORDER BY id LIMIT 1
) first ON s.state = 'received'
CROSS JOIN LATERAL (SELECT CASE s.state
    WHEN 'received' THEN coalesce(first.staff, o.decided_by)
    WHEN 'failed' THEN coalesce(c.refused_by, o.decided_by) END AS staff) d;
INSERT INTO registration.payment_orders (payment, order_id, amount_fen)
SELECT p.id, c.order_id, p.amount_fen FROM registration.payments p JOIN hand_ins c ON c.id = p.id;
UPDATE registration.screenshots s SET payment = e.payment FROM evidence e WHERE e.id = s.id;
INSERT INTO registration.payment_events (payment, at, actor_kind, actor_id, event)
SELECT p.id, p.created_at, 'candidate', o.account::text, 'handed_in'
FROM registration.payments p JOIN hand_ins c ON c.id = p.id JOIN registration.orders o ON o.id = c.order_id
UNION ALL
SELECT id, decided_at, decided_kind, decided_id, state FROM registration.payments WHERE state <> 'pending';

-- The bridge for the version before, in front of its statements: who decided is staff, and an order that it puts back into
-- the queue because its form was changed stays confirmed, while the form waits.
CREATE FUNCTION registration.bridge_orders() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.state IN ('confirming', 'confirmed') AND NEW.state = 'waiting_review'
        AND NEW.submitted_at <> OLD.submitted_at THEN
        UPDATE registration.applications
        SET review = 'waiting', review_at = NEW.submitted_at, review_by = NULL, review_reason = NULL
        WHERE exam = NEW.exam AND account = NEW.account AND details_at IS NOT NULL;
        NEW.state := OLD.state;
        NEW.submitted_at := OLD.submitted_at;
        NEW.decided_by := OLD.decided_by;
        NEW.decided_at := OLD.decided_at;
        NEW.paid_at := OLD.paid_at;
    END IF;
    IF NEW.decided_by IS NOT NULL THEN
        NEW.decided_kind := 'staff';
        NEW.decided_id := NEW.decided_by::text;
    ELSIF NEW.decided_kind = 'staff' THEN
        NEW.decided_kind := NULL;
        NEW.decided_id := NULL;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER bridge_orders_new BEFORE INSERT ON registration.orders
    FOR EACH ROW WHEN (NEW.decided_by IS NOT NULL) EXECUTE FUNCTION registration.bridge_orders();
CREATE TRIGGER bridge_orders BEFORE UPDATE ON registration.orders
    FOR EACH ROW WHEN (NEW.decided_by IS DISTINCT FROM OLD.decided_by OR NEW.state = 'waiting_review')
    EXECUTE FUNCTION registration.bridge_orders();

-- The same behind them: what an order's state says of money becomes payments, when the transaction ends. By then this
-- version has written them itself, and there is nothing left to do; a second time there is not, either.
CREATE FUNCTION registration.bridge_payments() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    o registration.orders%ROWTYPE;
    pending_id uuid;
    is_received boolean;
    said text;
BEGIN
    SELECT * INTO STRICT o FROM registration.orders WHERE id = NEW.id;
    SELECT p.id INTO pending_id FROM registration.payment_orders b JOIN registration.payments p ON p.id = b.payment
    WHERE b.order_id = o.id AND p.method = 'screenshot' AND p.state = 'pending';
    is_received := EXISTS (
        SELECT FROM registration.payment_orders b JOIN registration.payments p ON p.id = b.payment
        WHERE b.order_id = o.id AND p.state = 'received');
    IF pending_id IS NULL AND NOT is_received AND o.state IN ('waiting_review', 'confirming', 'confirmed') THEN
        pending_id := gen_random_uuid();
        INSERT INTO registration.payments (id, method, amount_fen, state, created_at)
        VALUES (pending_id, 'screenshot', o.amount_fen, 'pending', coalesce(o.submitted_at, now()));
        INSERT INTO registration.payment_orders (payment, order_id, amount_fen) VALUES (pending_id, o.id, o.amount_fen);
        INSERT INTO registration.payment_events (payment, at, actor_kind, actor_id, event)
        VALUES (pending_id, coalesce(o.submitted_at, now()), 'candidate', o.account::text, 'handed_in');
    END IF;
    IF pending_id IS NULL THEN
        RETURN NULL;
    END IF;
    UPDATE registration.screenshots SET payment = pending_id
    WHERE order_id = o.id AND accepted_at IS NOT NULL AND payment IS NULL;
    said := CASE
        WHEN o.state = 'confirmed' AND is_received THEN 'closed'
        WHEN o.state = 'confirmed' THEN 'received'
        WHEN o.state IN ('refused', 'cancelled') THEN 'failed'
        WHEN o.state IN ('lapsed', 'released') THEN 'closed' END;
    IF said IS NULL THEN
        RETURN NULL;
    END IF;
    UPDATE registration.payments
    SET state = said, received_at = CASE said WHEN 'received' THEN coalesce(o.paid_at, o.decided_at) END,
        decided_kind = CASE said WHEN 'closed' THEN 'system' ELSE coalesce(o.decided_kind, 'system') END,
        decided_id = CASE said WHEN 'closed' THEN NULL ELSE o.decided_id END,
        decided_at = CASE said WHEN 'closed' THEN now() ELSE coalesce(o.decided_at, now()) END,
        reason = CASE said WHEN 'failed' THEN o.reason END
    WHERE id = pending_id;
    INSERT INTO registration.payment_events (payment, at, actor_kind, actor_id, event)
    SELECT id, decided_at, decided_kind, decided_id, state FROM registration.payments WHERE id = pending_id;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER bridge_payments_new AFTER INSERT ON registration.orders DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.state IN ('waiting_review', 'confirming', 'confirmed'))
    EXECUTE FUNCTION registration.bridge_payments();
CREATE CONSTRAINT TRIGGER bridge_payments AFTER UPDATE ON registration.orders DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.state IN ('waiting_review', 'confirming', 'confirmed', 'refused', 'cancelled')
        OR OLD.state IN ('waiting_review', 'confirming', 'confirmed', 'refused'))
    EXECUTE FUNCTION registration.bridge_payments();

-- The version before forgets that a form waits when the same one is handed in again; beside a confirmed order it may not.
CREATE FUNCTION registration.bridge_applications() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM registration.orders
        WHERE exam = NEW.exam AND account = NEW.account AND state IN ('confirming', 'confirmed')) THEN
        NEW.review := 'waiting';
        NEW.review_at := NEW.details_at;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER bridge_applications BEFORE UPDATE ON registration.applications
    FOR EACH ROW WHEN (OLD.review IN ('waiting', 'refused') AND NEW.review = 'none')
    EXECUTE FUNCTION registration.bridge_applications();
