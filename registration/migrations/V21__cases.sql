-- Cases: what waits for staff, whatever it is about, in one queue; and who decided it, what and why.
--
-- A case is open exactly while its subject waits. Triggers on the five tables whose rows wait see to that, so that it is
-- so whoever writes: a process of the version before knows nothing of cases, and its queues read what they always did.

-- All tables at once, and never for long while another process holds one of them: two that wait for each other would both
-- fail.
DO $$
BEGIN
    FOR attempt IN 1..60 LOOP
        BEGIN
            SET LOCAL lock_timeout = '800ms';
            LOCK TABLE registration.applications, registration.face_checks, registration.identities, registration.orders,
                registration.score_reviews, registration.screenshots IN SHARE ROW EXCLUSIVE MODE;
            SET LOCAL lock_timeout = 0;
            RETURN;
        EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
            PERFORM pg_sleep(0.05);
        END;
    END LOOP;
    RAISE EXCEPTION 'others hold the tables of registration: start again when they are done';
END $$;

CREATE TABLE registration.cases (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind          text NOT NULL CHECK (kind IN ('payment', 'identity', 'face', 'form', 'score')),
    -- Absent where a case is of no exam. Neither references its table, as the subject does that: the check would lock the
    -- account while the subject is locked, and whoever changes accounts locks them the other way round.
    exam          text,
    account       uuid NOT NULL,
    -- What it is about, by the name that the audit has for it, so that a case and its history meet.
    subject       text NOT NULL,
    -- Which of what was handed in: another one with everything that must be looked at anew.
    version       text NOT NULL,
    waiting_since timestamptz NOT NULL,
    claimed_by    uuid REFERENCES registration.staff,
    claimed_until timestamptz,
    closed_at     timestamptz,
    outcome       text CHECK (outcome IN ('passed', 'refused', 'withdrawn')),
    -- Who decided; nobody did where it was withdrawn.
    decided_kind  text CHECK (decided_kind IN ('candidate', 'staff', 'system', 'gateway')),
    decided_id    text,
    reason        text,
    CHECK ((claimed_by IS NULL) = (claimed_until IS NULL)),
    CHECK ((closed_at IS NULL) = (outcome IS NULL)),
    CHECK ((decided_kind IS NOT NULL) = (outcome IS NOT NULL AND outcome <> 'withdrawn')),
    CHECK ((decided_kind IS NULL OR decided_kind = 'system') = (decided_id IS NULL)),
    CHECK (closed_at IS NULL OR claimed_by IS NULL)
);
CREATE UNIQUE INDEX cases_one_open ON registration.cases (subject) WHERE closed_at IS NULL;
-- The queues, and how long they are.
CREATE INDEX cases_waiting ON registration.cases (kind, waiting_since, id) WHERE closed_at IS NULL;
CREATE INDEX cases_of_subject ON registration.cases (subject, id);
CREATE INDEX cases_claimed ON registration.cases (claimed_by) WHERE claimed_by IS NOT NULL;

-- The subject waits: its case is opened, or follows what became of it meanwhile. Who claimed it keeps it.
CREATE FUNCTION registration.open_case(
    of_kind text, of_subject text, of_exam text, of_account uuid, of_version text, since timestamptz
) RETURNS void LANGUAGE sql AS $$
    INSERT INTO registration.cases AS c (kind, subject, exam, account, version, waiting_since)
    VALUES (of_kind, of_subject, of_exam, of_account, of_version, since)
    ON CONFLICT (subject) WHERE closed_at IS NULL DO UPDATE
    SET exam = excluded.exam, account = excluded.account, version = excluded.version,
        waiting_since = excluded.waiting_since
    WHERE (c.exam, c.account, c.version, c.waiting_since)
        IS DISTINCT FROM (excluded.exam, excluded.account, excluded.version, excluded.waiting_since)
$$;

-- The subject waits no more. Nothing happens where somebody has closed its case already in the same transaction, and said
-- more of it than the subject's row can.
CREATE FUNCTION registration.close_case(
    of_subject text, as_outcome text, by_kind text, by_id text, at timestamptz, why text
) RETURNS void LANGUAGE sql AS $$
    UPDATE registration.cases
    SET closed_at = coalesce(at, now()), outcome = as_outcome, claimed_by = NULL, claimed_until = NULL,
        decided_kind = CASE WHEN as_outcome <> 'withdrawn' THEN coalesce(by_kind, 'system') END,
        decided_id = CASE WHEN as_outcome <> 'withdrawn' THEN by_id END,
        reason = CASE WHEN as_outcome = 'refused' THEN why END
    WHERE subject = of_subject AND closed_at IS NULL
$$;

-- The same where the row names a member of staff, or nobody.
CREATE FUNCTION registration.close_case(
    of_subject text, as_outcome text, staff uuid, at timestamptz, why text
) RETURNS void LANGUAGE sql AS $$
    SELECT registration.close_case(of_subject, as_outcome, CASE WHEN staff IS NOT NULL THEN 'staff' END, staff::text,
        at, why)
$$;

-- A moment as a token.
CREATE FUNCTION registration.micros(at timestamptz) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT (extract(epoch FROM at) * 1000000)::bigint::text
$$;

-- Payments: the picture that was taken in last, and since when the order waits.
CREATE FUNCTION registration.payment_version(of_order text, since timestamptz) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT coalesce((
        SELECT p.id::text FROM registration.screenshots p WHERE p.order_id = of_order AND p.accepted_at IS NOT NULL
        ORDER BY p.accepted_at DESC, p.created_at DESC LIMIT 1), '') || '.' || registration.micros(since)
$$;

CREATE FUNCTION registration.orders_keep_cases() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    -- By name, because who decided may stand in columns that another migration adds.
    said jsonb := to_jsonb(NEW);
BEGIN
    IF NEW.state = 'waiting_review' THEN
        PERFORM registration.open_case('payment', NEW.id, NEW.exam, NEW.account,
            registration.payment_version(NEW.id, NEW.submitted_at), NEW.submitted_at);
    ELSIF NEW.decided_by IS NOT NULL THEN
        PERFORM registration.close_case(NEW.id, CASE WHEN NEW.state IN ('confirming', 'confirmed') THEN 'passed'
            WHEN NEW.state IN ('refused', 'cancelled') THEN 'refused' ELSE 'withdrawn' END,
            NEW.decided_by, NEW.decided_at, NEW.reason);
    ELSE
        PERFORM registration.close_case(NEW.id, CASE WHEN NEW.state IN ('confirming', 'confirmed') THEN 'passed'
            WHEN NEW.state IN ('refused', 'cancelled') THEN 'refused' ELSE 'withdrawn' END,
            said->>'decided_kind', said->>'decided_id', NEW.decided_at, NEW.reason);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER cases_of_new_orders AFTER INSERT ON registration.orders
    FOR EACH ROW WHEN (NEW.state = 'waiting_review') EXECUTE FUNCTION registration.orders_keep_cases();
CREATE TRIGGER cases_of_orders AFTER UPDATE OF state, submitted_at, account, exam ON registration.orders
    FOR EACH ROW WHEN (OLD.state = 'waiting_review' OR NEW.state = 'waiting_review')
    EXECUTE FUNCTION registration.orders_keep_cases();

CREATE FUNCTION registration.screenshots_keep_cases() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    of_order text := CASE TG_OP WHEN 'DELETE' THEN OLD.order_id ELSE NEW.order_id END;
BEGIN
    UPDATE registration.cases SET version = registration.payment_version(subject, waiting_since)
    WHERE subject = of_order AND closed_at IS NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER cases_of_new_screenshots AFTER INSERT ON registration.screenshots
    FOR EACH ROW WHEN (NEW.accepted_at IS NOT NULL) EXECUTE FUNCTION registration.screenshots_keep_cases();
CREATE TRIGGER cases_of_screenshots AFTER UPDATE OF accepted_at ON registration.screenshots
    FOR EACH ROW EXECUTE FUNCTION registration.screenshots_keep_cases();
CREATE TRIGGER cases_of_gone_screenshots AFTER DELETE ON registration.screenshots
    FOR EACH ROW WHEN (OLD.accepted_at IS NOT NULL) EXECUTE FUNCTION registration.screenshots_keep_cases();

-- Identities: the picture.
CREATE FUNCTION registration.identities_keep_cases() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM registration.close_case('identity.' || OLD.account, 'withdrawn', NULL, NULL, NULL);
    ELSIF NEW.state = 'waiting' THEN
        PERFORM registration.open_case('identity', 'identity.' || NEW.account, NULL, NEW.account, NEW.picture::text,
            NEW.submitted_at);
    ELSE
        PERFORM registration.close_case('identity.' || NEW.account, CASE NEW.state WHEN 'verified' THEN 'passed'
            WHEN 'refused' THEN 'refused' ELSE 'withdrawn' END, NEW.decided_by, NEW.decided_at, NEW.reason);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER cases_of_new_identities AFTER INSERT ON registration.identities
    FOR EACH ROW WHEN (NEW.state = 'waiting') EXECUTE FUNCTION registration.identities_keep_cases();
CREATE TRIGGER cases_of_identities AFTER UPDATE OF state, picture, submitted_at ON registration.identities
    FOR EACH ROW WHEN (OLD.state = 'waiting' OR NEW.state = 'waiting')
    EXECUTE FUNCTION registration.identities_keep_cases();
CREATE TRIGGER cases_of_gone_identities AFTER DELETE ON registration.identities
    FOR EACH ROW WHEN (OLD.state = 'waiting') EXECUTE FUNCTION registration.identities_keep_cases();

-- Faces: the picture.
CREATE FUNCTION registration.face_checks_keep_cases() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM registration.close_case('face.' || OLD.account || '.' || OLD.exam, 'withdrawn', NULL, NULL, NULL);
    ELSIF NEW.state = 'waiting' THEN
        PERFORM registration.open_case('face', 'face.' || NEW.account || '.' || NEW.exam, NEW.exam, NEW.account,
            NEW.picture::text, NEW.submitted_at);
    ELSE
        PERFORM registration.close_case('face.' || NEW.account || '.' || NEW.exam, NEW.state, NEW.decided_by,
            NEW.decided_at, NEW.reason);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER cases_of_new_face_checks AFTER INSERT ON registration.face_checks
    FOR EACH ROW WHEN (NEW.state = 'waiting') EXECUTE FUNCTION registration.face_checks_keep_cases();
CREATE TRIGGER cases_of_face_checks AFTER UPDATE OF state, picture, submitted_at ON registration.face_checks
    FOR EACH ROW WHEN (OLD.state = 'waiting' OR NEW.state = 'waiting')
    EXECUTE FUNCTION registration.face_checks_keep_cases();
CREATE TRIGGER cases_of_gone_face_checks AFTER DELETE ON registration.face_checks
    FOR EACH ROW WHEN (OLD.state = 'waiting') EXECUTE FUNCTION registration.face_checks_keep_cases();

-- Staff move a registration to another account: the open case goes along, under its new name.
CREATE FUNCTION registration.move_case(from_subject text, to_subject text, to_exam text, to_account uuid)
RETURNS void LANGUAGE sql AS $$
    UPDATE registration.cases SET subject = to_subject, exam = to_exam, account = to_account
    WHERE subject = from_subject AND closed_at IS NULL AND from_subject <> to_subject
$$;

-- Forms: the number of the hand-in.
CREATE FUNCTION registration.applications_keep_cases() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM registration.close_case('application ' || OLD.exam || ' ' || OLD.account, 'withdrawn', NULL, NULL, NULL);
        RETURN NULL;
    END IF;
    IF TG_OP = 'UPDATE' THEN
        PERFORM registration.move_case('application ' || OLD.exam || ' ' || OLD.account,
            'application ' || NEW.exam || ' ' || NEW.account, NEW.exam, NEW.account);
    END IF;
    IF NEW.review = 'waiting' THEN
        PERFORM registration.open_case('form', 'application ' || NEW.exam || ' ' || NEW.account, NEW.exam, NEW.account,
            NEW.details_version::text, NEW.review_at);
    ELSE
        PERFORM registration.close_case('application ' || NEW.exam || ' ' || NEW.account,
            CASE NEW.review WHEN 'none' THEN 'withdrawn' ELSE NEW.review END, NEW.review_by, NEW.review_at,
            NEW.review_reason);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER cases_of_new_applications AFTER INSERT ON registration.applications
    FOR EACH ROW WHEN (NEW.review = 'waiting') EXECUTE FUNCTION registration.applications_keep_cases();
CREATE TRIGGER cases_of_applications
    AFTER UPDATE OF review, review_at, details_version, account, exam ON registration.applications
    FOR EACH ROW WHEN (OLD.review = 'waiting' OR NEW.review = 'waiting')
    EXECUTE FUNCTION registration.applications_keep_cases();
CREATE TRIGGER cases_of_gone_applications AFTER DELETE ON registration.applications
    FOR EACH ROW WHEN (OLD.review = 'waiting') EXECUTE FUNCTION registration.applications_keep_cases();

-- Earlier scores: when the review was asked for.
CREATE FUNCTION registration.score_reviews_keep_cases() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM registration.close_case('score_review ' || OLD.exam || ' ' || OLD.account, 'withdrawn', NULL, NULL, NULL);
        RETURN NULL;
    END IF;
    IF TG_OP = 'UPDATE' THEN
        PERFORM registration.move_case('score_review ' || OLD.exam || ' ' || OLD.account,
            'score_review ' || NEW.exam || ' ' || NEW.account, NEW.exam, NEW.account);
    END IF;
    IF NEW.state = 'waiting' THEN
        PERFORM registration.open_case('score', 'score_review ' || NEW.exam || ' ' || NEW.account, NEW.exam, NEW.account,
            registration.micros(NEW.requested_at), NEW.requested_at);
    ELSE
        PERFORM registration.close_case('score_review ' || NEW.exam || ' ' || NEW.account, NEW.state, NEW.decided_by,
            NEW.decided_at, NEW.reason);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER cases_of_new_score_reviews AFTER INSERT ON registration.score_reviews
    FOR EACH ROW WHEN (NEW.state = 'waiting') EXECUTE FUNCTION registration.score_reviews_keep_cases();
CREATE TRIGGER cases_of_score_reviews AFTER UPDATE OF state, requested_at, account, exam ON registration.score_reviews
    FOR EACH ROW WHEN (OLD.state = 'waiting' OR NEW.state = 'waiting')
    EXECUTE FUNCTION registration.score_reviews_keep_cases();
CREATE TRIGGER cases_of_gone_score_reviews AFTER DELETE ON registration.score_reviews
    FOR EACH ROW WHEN (OLD.state = 'waiting') EXECUTE FUNCTION registration.score_reviews_keep_cases();

-- What waits already, in the order of the queues of before: where two wait since the same moment, the smaller id is first.
INSERT INTO registration.cases (kind, subject, exam, account, version, waiting_since)
SELECT 'payment', id, exam, account, registration.payment_version(id, submitted_at), submitted_at
FROM registration.orders WHERE state = 'waiting_review' ORDER BY submitted_at, id;
INSERT INTO registration.cases (kind, subject, account, version, waiting_since)
SELECT 'identity', 'identity.' || account, account, picture::text, submitted_at
FROM registration.identities WHERE state = 'waiting' ORDER BY submitted_at, account;
INSERT INTO registration.cases (kind, subject, exam, account, version, waiting_since)
SELECT 'face', 'face.' || account || '.' || exam, exam, account, picture::text, submitted_at
FROM registration.face_checks WHERE state = 'waiting' ORDER BY submitted_at, account, exam;
INSERT INTO registration.cases (kind, subject, exam, account, version, waiting_since)
SELECT 'form', 'application ' || exam || ' ' || account, exam, account, details_version::text, review_at
FROM registration.applications WHERE review = 'waiting' ORDER BY review_at, exam, account;
INSERT INTO registration.cases (kind, subject, exam, account, version, waiting_since)
SELECT 'score', 'score_review ' || exam || ' ' || account, exam, account, registration.micros(requested_at), requested_at
FROM registration.score_reviews WHERE state = 'waiting' ORDER BY requested_at, exam, account;

-- What was decided last of everything else stays readable as a case, too.
INSERT INTO registration.cases (kind, subject, exam, account, version, waiting_since, closed_at, outcome, decided_kind,
    decided_id, reason)
SELECT kind, subject, exam, account, version, since, decided_at, outcome,
    CASE WHEN staff IS NULL THEN 'system' ELSE 'staff' END, staff::text,
    CASE WHEN outcome = 'refused' THEN reason END
FROM (
    SELECT 'payment' AS kind, id AS subject, exam, account, registration.payment_version(id, submitted_at) AS version,
        submitted_at AS since, decided_at, decided_by AS staff, reason,
        CASE WHEN state IN ('confirming', 'confirmed') THEN 'passed' ELSE 'refused' END AS outcome
    FROM registration.orders
    WHERE state IN ('confirming', 'confirmed', 'refused', 'cancelled') AND submitted_at IS NOT NULL
        AND decided_at IS NOT NULL
    UNION ALL
    SELECT 'identity', 'identity.' || account, NULL, account, coalesce(picture::text, ''), submitted_at, decided_at,
        decided_by, reason, CASE state WHEN 'verified' THEN 'passed' ELSE 'refused' END
    FROM registration.identities WHERE state IN ('verified', 'refused') AND decided_by IS NOT NULL
    UNION ALL
    SELECT 'face', 'face.' || account || '.' || exam, exam, account, '', submitted_at, decided_at, decided_by, reason,
        state
    FROM registration.face_checks WHERE state IN ('passed', 'refused') AND decided_by IS NOT NULL
    UNION ALL
    SELECT 'form', 'application ' || exam || ' ' || account, exam, account, details_version::text, details_at, review_at,
        review_by, review_reason, review
    FROM registration.applications WHERE review IN ('passed', 'refused') AND review_by IS NOT NULL
    UNION ALL
    SELECT 'score', 'score_review ' || exam || ' ' || account, exam, account, registration.micros(requested_at),
        requested_at, decided_at, decided_by, reason, state
    FROM registration.score_reviews WHERE state IN ('passed', 'refused') AND decided_by IS NOT NULL
) decided ORDER BY decided_at, subject;
