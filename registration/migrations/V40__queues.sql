-- Queues: until when a case is to be decided, under which token somebody works on it, since when, and what was decided of
-- it that can still be taken back.
--
-- Expand only: the version before neither reads nor writes these columns. What it opens has a deadline all the same, because
-- a trigger writes it; what it closes keeps the token of whoever had it, which opens nothing any more.

-- Never for long while another process holds the table: those who ask for it behind us would wait, too.
DO $$
BEGIN
    FOR attempt IN 1..60 LOOP
        BEGIN
            SET LOCAL lock_timeout = '800ms';
            LOCK TABLE registration.cases, registration.exams IN ACCESS EXCLUSIVE MODE;
            SET LOCAL lock_timeout = 0;
            RETURN;
        EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
            PERFORM pg_sleep(0.05);
        END;
    END LOOP;
    RAISE EXCEPTION 'others hold the tables of registration: start again when they are done';
END $$;

ALTER TABLE registration.cases
    -- Which opening of the case has it: a page that was left gives back its own claim, never that of a later one.
    ADD COLUMN claim_token uuid,
    -- Since when whoever has it, or decided it, worked on it.
    ADD COLUMN worked_since timestamptz,
    ADD COLUMN due_at timestamptz,
    -- What was decided, sealed, as long as it can be taken back; then it is carried out, and the case closed.
    ADD COLUMN noted bytea,
    ADD COLUMN noted_by uuid REFERENCES registration.staff,
    ADD COLUMN noted_at timestamptz,
    ADD COLUMN noted_until timestamptz,
    -- How often a decision was taken back.
    ADD COLUMN taken_back integer NOT NULL DEFAULT 0,
    ADD CHECK ((noted IS NULL) = (noted_by IS NULL) AND (noted IS NULL) = (noted_until IS NULL));

-- The end of office hours, 18:00 in China, of the day that is so many working days after that one. Weekends are none;
-- public holidays are not known here. It never falls as `since` rises: whoever came first is due first.
CREATE FUNCTION registration.working_days_after(since timestamptz, days integer) RETURNS timestamptz
LANGUAGE sql IMMUTABLE AS $$
    SELECT (day.of + time '18:00') AT TIME ZONE 'Asia/Shanghai'
    FROM generate_series(1, 7 * (days / 5 + 2)) AS later (days_on)
    CROSS JOIN LATERAL (SELECT (since AT TIME ZONE 'Asia/Shanghai')::date + later.days_on) AS day (of)
    WHERE extract(isodow FROM day.of) < 6 ORDER BY day.of OFFSET greatest(days, 1) - 1 LIMIT 1
$$;

-- Until when a case is to be decided: within the working days that its exam promises (one where it promises nothing), and
-- before its candidate can do nothing more about it: a payment until the last moment to pay, all else until registration
-- closes. What is handed in after that has its working days.
CREATE FUNCTION registration.case_due(of_kind text, of_exam text, since timestamptz) RETURNS timestamptz
LANGUAGE sql STABLE AS $$
    SELECT least(registration.working_days_after(since, coalesce((e.rules->>'review_days')::integer, 1)),
        CASE WHEN ending.at > since THEN ending.at END)
    FROM (VALUES (of_exam)) AS named (exam)
    LEFT JOIN registration.exams e ON e.id = named.exam
    CROSS JOIN LATERAL (SELECT CASE of_kind WHEN 'payment' THEN e.payment_deadline ELSE e.closes_at END) AS ending (at)
$$;

CREATE FUNCTION registration.cases_are_due() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.due_at := registration.case_due(NEW.kind, NEW.exam, NEW.waiting_since);
    RETURN NEW;
END $$;
CREATE TRIGGER cases_are_due BEFORE INSERT OR UPDATE OF waiting_since, exam ON registration.cases
    FOR EACH ROW EXECUTE FUNCTION registration.cases_are_due();

-- What was decided is about what was handed in then: another version is decided anew, and a closed case has its outcome.
CREATE FUNCTION registration.cases_forget_decisions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.noted := NULL;
    NEW.noted_by := NULL;
    NEW.noted_until := NULL;
    -- What has come since is nobody's: whoever decided before works on it no more.
    IF NEW.closed_at IS NULL THEN
        NEW.noted_at := NULL;
        NEW.claimed_by := NULL;
        NEW.claimed_until := NULL;
        NEW.claim_token := NULL;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER cases_forget_decisions BEFORE UPDATE OF version, closed_at ON registration.cases FOR EACH ROW
    WHEN (OLD.noted IS NOT NULL AND (NEW.closed_at IS NOT NULL OR NEW.version <> OLD.version))
    EXECUTE FUNCTION registration.cases_forget_decisions();

-- An exam that was imported with other dates moves what waits in it.
CREATE FUNCTION registration.exams_move_cases() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE registration.cases SET due_at = registration.case_due(kind, exam, waiting_since)
    WHERE exam = NEW.id AND closed_at IS NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER exams_move_cases AFTER UPDATE ON registration.exams FOR EACH ROW
    WHEN (OLD.closes_at <> NEW.closes_at OR OLD.payment_deadline <> NEW.payment_deadline
        OR OLD.rules->>'review_days' IS DISTINCT FROM NEW.rules->>'review_days')
    EXECUTE FUNCTION registration.exams_move_cases();

UPDATE registration.cases SET due_at = registration.case_due(kind, exam, waiting_since) WHERE closed_at IS NULL;

-- The queues in the order in which they are worked on; and what was decided lately, for figures.
CREATE INDEX cases_due ON registration.cases (kind, due_at, waiting_since, id) WHERE closed_at IS NULL;
CREATE INDEX cases_noted ON registration.cases (noted_until) WHERE noted IS NOT NULL;
CREATE INDEX cases_closed ON registration.cases (closed_at) WHERE closed_at IS NOT NULL;
