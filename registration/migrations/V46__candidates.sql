-- A candidate's page for staff: by what somebody is found, what has happened, when they signed in last, and what staff note.
--
-- Expand only: the version before neither reads nor writes these tables. What it changes of names and addresses is noted by
-- triggers, and indexed by whichever process knows how.

-- Never for long while another process holds the tables: those who ask for them behind us would wait, too. Nothing here goes
-- through their rows.
DO $$
BEGIN
    FOR attempt IN 1..60 LOOP
        BEGIN
            SET LOCAL lock_timeout = '800ms';
            LOCK TABLE registration.accounts, registration.identities, registration.bindings, registration.staff
                IN SHARE ROW EXCLUSIVE MODE;
            SET LOCAL lock_timeout = 0;
            RETURN;
        EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
            PERFORM pg_sleep(0.05);
        END;
    END LOOP;
    RAISE EXCEPTION 'others hold the tables of registration: start again when they are done';
END $$;

-- Keyed indexes of what an account is called by: the names that it declares, was verified under and is bound to, its mobile
-- and its address, proved or not. Documents and logins have indexes of their own.
CREATE TABLE registration.candidate_keys (
    kind    text NOT NULL CHECK (kind IN ('name', 'mobile', 'email')),
    index   bytea NOT NULL CHECK (octet_length(index) = 32),
    account uuid NOT NULL REFERENCES registration.accounts ON DELETE CASCADE,
    PRIMARY KEY (kind, index, account)
);
CREATE INDEX candidate_keys_of_account ON registration.candidate_keys (account);

-- Whose keys are to be made anew: one row for each change, seen with the change and not before it, so that nobody who makes
-- keys of the values of before takes it away. It refers to nothing and is unique in nothing: whoever changes an account has it
-- locked, and waits for nobody here.
CREATE TABLE registration.candidate_keys_due (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account uuid NOT NULL
);

-- How far the accounts of before were gone through, by their ids; triggers note all that is made or changed since. Its one row
-- is locked by whoever makes keys.
CREATE TABLE registration.candidate_keys_sweep (
    is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
    behind  uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
    is_done boolean NOT NULL DEFAULT false
);
INSERT INTO registration.candidate_keys_sweep DEFAULT VALUES;

CREATE FUNCTION registration.candidate_keys_fall_due() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO registration.candidate_keys_due (account) VALUES (NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER accounts_are_found AFTER INSERT OR UPDATE OF name, mobile, email ON registration.accounts
    FOR EACH ROW EXECUTE FUNCTION registration.candidate_keys_fall_due();

CREATE FUNCTION registration.candidate_keys_of_people_fall_due() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        INSERT INTO registration.candidate_keys_due (account) VALUES (OLD.account);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO registration.candidate_keys_due (account) VALUES (NEW.account);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER identities_are_found AFTER UPDATE OF name ON registration.identities
    FOR EACH ROW EXECUTE FUNCTION registration.candidate_keys_of_people_fall_due();
CREATE TRIGGER bindings_are_found AFTER INSERT OR DELETE OR UPDATE OF account, record ON registration.bindings
    FOR EACH ROW EXECUTE FUNCTION registration.candidate_keys_of_people_fall_due();

-- When an account last signed in with its password, to ten minutes. Not in `accounts`: whoever signs in waits for nobody
-- who has the account locked.
CREATE TABLE registration.account_sign_ins (
    account uuid PRIMARY KEY REFERENCES registration.accounts ON DELETE CASCADE,
    at      timestamptz NOT NULL
);

-- What staff note about a candidate, for each other. It goes when the account goes.
CREATE TABLE registration.candidate_notes (
    id        uuid PRIMARY KEY,
    account   uuid NOT NULL REFERENCES registration.accounts ON DELETE CASCADE,
    -- Sealed.
    text      bytea NOT NULL,
    staff     uuid NOT NULL REFERENCES registration.staff,
    at        timestamptz NOT NULL,
    -- Its writer takes it back; it stays.
    struck_at timestamptz
);
CREATE INDEX candidate_notes_of_account ON registration.candidate_notes (account, at);

CREATE FUNCTION registration.candidate_notes_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a note about a candidate is not changed: strike it out, and write another one';
END $$;
CREATE TRIGGER candidate_notes_stay BEFORE UPDATE ON registration.candidate_notes FOR EACH ROW
    WHEN ((OLD.id, OLD.account, OLD.text, OLD.staff, OLD.at) IS DISTINCT FROM (NEW.id, NEW.account, NEW.text, NEW.staff, NEW.at)
        OR OLD.struck_at IS NOT NULL)
    EXECUTE FUNCTION registration.candidate_notes_stay();

-- Does the account have anything in one of these exams? Without a list every account counts.
CREATE FUNCTION registration.is_candidate_of(of_account uuid, of_exams text[]) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT of_exams IS NULL
        OR EXISTS (SELECT FROM registration.applications a WHERE a.account = of_account AND a.exam = ANY (of_exams))
        OR EXISTS (SELECT FROM registration.orders o WHERE o.account = of_account AND o.exam = ANY (of_exams))
        OR EXISTS (SELECT FROM registration.bindings b WHERE b.account = of_account AND b.exam = ANY (of_exams))
        OR EXISTS (SELECT FROM registration.score_reviews r WHERE r.account = of_account AND r.exam = ANY (of_exams))
$$;

-- What the audit calls what belongs to an account.
CREATE VIEW registration.candidate_subjects AS
    SELECT id AS account, NULL::text AS exam, upper(replace(id::text, '-', '')) AS subject FROM registration.accounts
    UNION SELECT id, NULL, 'identity.' || id FROM registration.accounts
    UNION SELECT account, exam, id FROM registration.orders
    UNION SELECT account, exam, 'application ' || exam || ' ' || account FROM registration.applications
    UNION SELECT account, exam, subject FROM registration.cases WHERE kind <> 'identity'
    UNION SELECT o.account, o.exam, 'payment.' || replace(p.payment::text, '-', '')
        FROM registration.orders o JOIN registration.payment_orders p ON p.order_id = o.id;

-- Everything that has happened to a candidate, from the tables that remember it; asked for by account. `about` is what it
-- happened to, `until` and `amount_fen` what there is to say of it.
CREATE VIEW registration.candidate_events AS
    SELECT a.id AS account, NULL::text AS exam, e.at, 'account'::text AS source, e.word, NULL::text AS about,
        NULL::text AS actor_kind, NULL::text AS actor_id, NULL::text AS detail, NULL::timestamptz AS until,
        NULL::bigint AS amount_fen
    FROM registration.accounts a
    CROSS JOIN LATERAL (VALUES ('made', a.created_at), ('email_proved', a.email_verified_at),
        ('mobile_proved', a.mobile_verified_at)) AS e (word, at)
    WHERE e.at IS NOT NULL
    UNION ALL
    SELECT s.account, NULL, s.at, 'account', 'signed_in', NULL, NULL, NULL, NULL, NULL, NULL
    FROM registration.account_sign_ins s
    UNION ALL
    SELECT a.account, a.exam, e.at, 'application', e.word, NULL, NULL, NULL, NULL, NULL, NULL
    FROM registration.applications a
    CROSS JOIN LATERAL (VALUES ('begun', a.created_at), ('agreed', a.notice_agreed_at), ('handed_in', a.details_at))
        AS e (word, at)
    WHERE e.at IS NOT NULL
    UNION ALL
    SELECT b.account, b.exam, b.bound_at, 'binding', 'bound', NULL, NULL, NULL, NULL, NULL, NULL
    FROM registration.bindings b
    UNION ALL
    -- What staff decide of is a case's.
    SELECT i.account, NULL, i.decided_at, 'identity', i.state, i.way, 'system', NULL, i.reason, NULL, NULL
    FROM registration.identities i WHERE i.decided_at IS NOT NULL AND i.decided_by IS NULL
    UNION ALL
    SELECT f.account, f.exam, f.decided_at, 'face', f.state, NULL, 'system', NULL, f.reason, NULL, NULL
    FROM registration.face_checks f WHERE f.decided_at IS NOT NULL AND f.decided_by IS NULL
    UNION ALL
    SELECT c.account, c.exam, e.at, 'case', e.word, c.subject, e.kind, e.id, e.reason, NULL, NULL
    FROM registration.cases c
    CROSS JOIN LATERAL (VALUES ('handed_in', c.waiting_since, NULL, NULL, NULL),
        (c.outcome, c.closed_at, c.decided_kind, c.decided_id, c.reason)) AS e (word, at, kind, id, reason)
    WHERE e.at IS NOT NULL
    UNION ALL
    SELECT o.account, o.exam, e.at, 'order', e.word, o.id, e.kind, e.id, e.reason, e.until, o.amount_fen
    FROM registration.orders o
    CROSS JOIN LATERAL (VALUES
        ('made', o.created_at, NULL, NULL, NULL, o.expires_at),
        ('lapsed', CASE WHEN o.state = 'lapsed' THEN o.lapses_at END, NULL, NULL, NULL, NULL),
        ('confirmed', o.paid_at, NULL, NULL, NULL, NULL),
        -- When seats were given back, only their ledger knows.
        ('cancelled', CASE WHEN o.state = 'cancelled' THEN coalesce(o.mend_until, o.decided_at) END, NULL, NULL, o.reason, NULL)
    ) AS e (word, at, kind, id, reason, until)
    WHERE e.at IS NOT NULL
    UNION ALL
    SELECT DISTINCT o.account, o.exam, e.at, 'payment', e.event, replace(e.payment::text, '-', ''), e.actor_kind, e.actor_id,
        e.detail->>'reason', NULL::timestamptz, p.amount_fen
    FROM registration.orders o
    JOIN registration.payment_orders l ON l.order_id = o.id
    JOIN registration.payments p ON p.id = l.payment
    JOIN registration.payment_events e ON e.payment = l.payment
    UNION ALL
    SELECT o.account, o.exam, e.at, 'refund', e.word, replace(r.payment::text, '-', ''), e.kind, e.id, r.reason, NULL, r.amount_fen
    FROM registration.orders o
    JOIN registration.refunds r ON r.order_id = o.id
    CROSS JOIN LATERAL (VALUES ('asked', r.created_at, r.asked_kind, r.asked_id), ('sent', r.sent_at, NULL, NULL),
        (r.state, r.ended_at, NULL, NULL)) AS e (word, at, kind, id)
    WHERE e.at IS NOT NULL
    UNION ALL
    SELECT m.account, m.exam, coalesce(m.done_at, m.made_at), m.topic, m.kind,
        (SELECT t.way FROM registration.outbox_attempts t WHERE t.outbox = m.id ORDER BY t.number DESC LIMIT 1),
        NULL, NULL, coalesce(m.outcome, 'waiting'), NULL, NULL
    FROM registration.outbox m WHERE m.topic IN ('message', 'reminder')
    UNION ALL
    SELECT o.account, o.exam, e.at, 'ticket', e.word, t.number, NULL, NULL, t.sitting, NULL, NULL
    FROM registration.orders o
    JOIN registration.tickets t ON t.order_id = o.id
    CROSS JOIN LATERAL (VALUES ('issued', t.issued_at), ('shown', t.shown_at), ('printed', t.printed_last_at),
        ('revoked', t.revoked_at)) AS e (word, at)
    WHERE e.at IS NOT NULL
    UNION ALL
    SELECT o.account, o.exam, e.at, 'place', e.word, s.label, NULL, NULL, s.sitting, NULL, NULL
    FROM registration.orders o
    JOIN registration.seat_assignments s ON s.order_id = o.id
    CROSS JOIN LATERAL (VALUES ('given', s.assigned_at), ('given_up', s.given_up_at)) AS e (word, at)
    WHERE e.at IS NOT NULL
    UNION ALL
    SELECT o.account, o.exam, s.at, 'door', s.act, s.verdict, 'staff', s.staff::text, s.sitting, NULL, NULL
    FROM registration.orders o
    JOIN registration.tickets t ON t.order_id = o.id
    JOIN registration.scans s ON s.serial = t.serial
    UNION ALL
    SELECT s.account, s.exam, a.at, 'audit', a.action, s.subject, a.actor_kind, coalesce(a.staff::text, a.actor_id), a.detail,
        NULL, NULL
    FROM registration.candidate_subjects s
    JOIN registration.audit a ON a.subject = s.subject;
