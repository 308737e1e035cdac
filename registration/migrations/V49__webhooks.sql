-- What is told by webhooks: events, and for each endpoint that wants one a delivery, both written in the transaction of what they
-- tell of, by triggers, so that it is so whichever version writes. Nothing is written while no endpoint wants it. Payloads are ids
-- and states: never a name, a number of a document or a mobile.

-- Never for long while another process holds one of the tables.
DO $$
BEGIN
    FOR attempt IN 1..60 LOOP
        BEGIN
            SET LOCAL lock_timeout = '800ms';
            LOCK TABLE registration.applications, registration.arrangements, registration.orders, registration.payments,
                registration.refunds, registration.tickets IN SHARE ROW EXCLUSIVE MODE;
            SET LOCAL lock_timeout = 0;
            RETURN;
        EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
            PERFORM pg_sleep(0.05);
        END;
    END LOOP;
    RAISE EXCEPTION 'others hold the tables of registration: start again when they are done';
END $$;

CREATE TABLE registration.webhook_events (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- What receivers know it by, the same at every try.
    message uuid NOT NULL DEFAULT gen_random_uuid(),
    kind    text NOT NULL,
    exam    text,
    -- What it is about. Events about one thing are sent one after the other.
    subject text NOT NULL,
    data    jsonb NOT NULL,
    at      timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX webhook_events_at ON registration.webhook_events (at);

CREATE TABLE registration.webhook_deliveries (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- References nothing: the check would lock the endpoint's row for everybody who tells it something.
    endpoint    uuid NOT NULL,
    event       bigint NOT NULL REFERENCES registration.webhook_events ON DELETE CASCADE,
    subject     text NOT NULL,
    tries       smallint NOT NULL DEFAULT 0,
    next_try_at timestamptz NOT NULL DEFAULT now(),
    done_at     timestamptz,
    outcome     text CHECK (outcome IN ('sent', 'given_up')),
    CONSTRAINT webhook_deliveries_once UNIQUE (event, endpoint),
    CHECK ((done_at IS NULL) = (outcome IS NULL))
);
CREATE INDEX webhook_deliveries_due ON registration.webhook_deliveries (endpoint, next_try_at, id) WHERE done_at IS NULL;
CREATE INDEX webhook_deliveries_in_line ON registration.webhook_deliveries (endpoint, subject, id) WHERE done_at IS NULL;
CREATE INDEX webhook_deliveries_of_endpoint ON registration.webhook_deliveries (endpoint, id);

-- Each try: what was answered, and how soon; or why there was no answer.
CREATE TABLE registration.webhook_attempts (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    delivery bigint NOT NULL REFERENCES registration.webhook_deliveries ON DELETE CASCADE,
    at       timestamptz NOT NULL,
    status   smallint,
    failure  text,
    took_ms  integer NOT NULL,
    -- The first 1 KiB of the answer.
    answer   text NOT NULL DEFAULT '',
    CHECK ((status IS NULL) <> (failure IS NULL))
);
CREATE INDEX webhook_attempts_of_delivery ON registration.webhook_attempts (delivery, id);

-- Tells every endpoint that wants it.
CREATE FUNCTION registration.tell_webhooks(of_kind text, of_exam text, of_subject text, told jsonb) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    wanted uuid[];
    told_as bigint;
BEGIN
    SELECT array_agg(id) INTO wanted FROM registration.webhook_endpoints
    WHERE disabled_at IS NULL AND of_kind = ANY (kinds) AND (exams IS NULL OR of_exam = ANY (exams));
    IF wanted IS NULL THEN
        RETURN;
    END IF;
    INSERT INTO registration.webhook_events (kind, exam, subject, data) VALUES (of_kind, of_exam, of_subject, told)
    RETURNING id INTO told_as;
    INSERT INTO registration.webhook_deliveries (endpoint, event, subject)
    SELECT endpoint, told_as, of_subject FROM unnest(wanted) AS endpoint;
END $$;

CREATE FUNCTION registration.orders_tell() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM registration.tell_webhooks(
        CASE WHEN NEW.state = 'confirmed' THEN 'order.confirmed' ELSE 'order.ended' END, NEW.exam, 'order.' || NEW.id,
        jsonb_build_object('exam', NEW.exam, 'order', NEW.id, 'account', NEW.account, 'part', NEW.part,
            'state', NEW.state, 'amount_fen', NEW.amount_fen));
    RETURN NULL;
END $$;
CREATE TRIGGER webhooks_of_orders AFTER UPDATE OF state ON registration.orders FOR EACH ROW
    WHEN (OLD.state <> NEW.state AND NEW.state IN ('confirmed', 'lapsed', 'released', 'cancelled'))
    EXECUTE FUNCTION registration.orders_tell();

-- When the transaction ends: which orders a payment is for is written after the payment itself.
CREATE FUNCTION registration.payments_tell() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    of_exam text;
    paid jsonb;
BEGIN
    SELECT min(o.exam), jsonb_agg(o.id ORDER BY o.id) INTO of_exam, paid
    FROM registration.payment_orders p JOIN registration.orders o ON o.id = p.order_id WHERE p.payment = NEW.id;
    PERFORM registration.tell_webhooks('payment.received', of_exam, 'payment.' || NEW.id,
        jsonb_build_object('exam', of_exam, 'payment', NEW.id, 'method', NEW.method, 'amount_fen', NEW.amount_fen,
            'orders', coalesce(paid, '[]')));
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER webhooks_of_payments AFTER UPDATE OF state ON registration.payments
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.state <> NEW.state AND NEW.state = 'received')
    EXECUTE FUNCTION registration.payments_tell();
CREATE CONSTRAINT TRIGGER webhooks_of_new_payments AFTER INSERT ON registration.payments
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.state = 'received')
    EXECUTE FUNCTION registration.payments_tell();

CREATE FUNCTION registration.refunds_tell() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    of_exam text;
BEGIN
    SELECT exam INTO of_exam FROM registration.orders WHERE id = NEW.order_id;
    PERFORM registration.tell_webhooks('refund.done', of_exam, 'order.' || NEW.order_id,
        jsonb_build_object('exam', of_exam, 'refund', NEW.id, 'payment', NEW.payment, 'order', NEW.order_id,
            'amount_fen', NEW.amount_fen));
    RETURN NULL;
END $$;
CREATE TRIGGER webhooks_of_refunds AFTER UPDATE OF state ON registration.refunds FOR EACH ROW
    WHEN (OLD.state <> NEW.state AND NEW.state = 'done') EXECUTE FUNCTION registration.refunds_tell();

CREATE FUNCTION registration.applications_tell() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM registration.tell_webhooks(TG_ARGV[0], NEW.exam, 'application.' || NEW.exam || '.' || NEW.account,
        jsonb_build_object('exam', NEW.exam, 'account', NEW.account, 'version', NEW.details_version,
            'review', NEW.review));
    RETURN NULL;
END $$;
CREATE TRIGGER webhooks_of_applications AFTER UPDATE OF details_version ON registration.applications FOR EACH ROW
    WHEN (NEW.details_version > OLD.details_version)
    EXECUTE FUNCTION registration.applications_tell('application.handed_in');
CREATE TRIGGER webhooks_of_new_applications AFTER INSERT ON registration.applications FOR EACH ROW
    WHEN (NEW.details_version > 0) EXECUTE FUNCTION registration.applications_tell('application.handed_in');
CREATE TRIGGER webhooks_of_reviews AFTER UPDATE OF review ON registration.applications FOR EACH ROW
    WHEN (OLD.review <> NEW.review AND NEW.review IN ('passed', 'refused'))
    EXECUTE FUNCTION registration.applications_tell('application.decided');

CREATE FUNCTION registration.arrangements_tell() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM registration.tell_webhooks('seating.published', NEW.exam, 'sitting.' || NEW.exam || '.' || NEW.sitting,
        jsonb_build_object('exam', NEW.exam, 'sitting', NEW.sitting, 'generation', NEW.generation,
            'seats', NEW.published_seats));
    RETURN NULL;
END $$;
CREATE TRIGGER webhooks_of_arrangements AFTER UPDATE OF generation ON registration.arrangements FOR EACH ROW
    WHEN (NEW.generation > OLD.generation AND NEW.published_at IS NOT NULL)
    EXECUTE FUNCTION registration.arrangements_tell();

CREATE FUNCTION registration.tickets_tell() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM registration.tell_webhooks(TG_ARGV[0], NEW.exam, 'order.' || NEW.order_id,
        jsonb_build_object('exam', NEW.exam, 'sitting', NEW.sitting, 'order', NEW.order_id,
            'generation', NEW.generation));
    RETURN NULL;
END $$;
CREATE TRIGGER webhooks_of_new_tickets AFTER INSERT ON registration.tickets FOR EACH ROW
    EXECUTE FUNCTION registration.tickets_tell('ticket.issued');
CREATE TRIGGER webhooks_of_tickets AFTER UPDATE OF generation ON registration.tickets FOR EACH ROW
    WHEN (NEW.generation > OLD.generation) EXECUTE FUNCTION registration.tickets_tell('ticket.issued');
CREATE TRIGGER webhooks_of_void_tickets AFTER UPDATE OF revoked_at ON registration.tickets FOR EACH ROW
    WHEN (OLD.revoked_at IS NULL AND NEW.revoked_at IS NOT NULL) EXECUTE FUNCTION registration.tickets_tell('ticket.voided');
