-- Accommodations (便利申请), and reminders.
--
-- Expand only: the version before knows none of these tables. Of those that it knows, two take further words, and a picture
-- that an accommodation names stays, whichever version would drop it.

-- Never for long while another process holds one of the tables: those who ask for them behind us would wait, too.
DO $$
BEGIN
    FOR attempt IN 1..60 LOOP
        BEGIN
            SET LOCAL lock_timeout = '800ms';
            LOCK TABLE registration.cases, registration.identity_pictures IN ACCESS EXCLUSIVE MODE;
            SET LOCAL lock_timeout = 0;
            RETURN;
        EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
            PERFORM pg_sleep(0.05);
        END;
    END LOOP;
    RAISE EXCEPTION 'others hold the tables of registration: start again when they are done';
END $$;

ALTER TABLE registration.cases DROP CONSTRAINT cases_kind_check;
ALTER TABLE registration.cases ADD CONSTRAINT cases_kind_check
    CHECK (kind IN ('payment', 'identity', 'face', 'form', 'score', 'accommodation')) NOT VALID;
ALTER TABLE registration.identity_pictures DROP CONSTRAINT identity_pictures_slot_check;
ALTER TABLE registration.identity_pictures ADD CONSTRAINT identity_pictures_slot_check
    CHECK (slot IN ('card_front', 'card_back', 'holding', 'live', 'photo', 'portrait', 'proof', 'more_proof')) NOT VALID;

-- What somebody asks for in an exam, and what staff said. Both are sealed under the row's id: they speak of health.
CREATE TABLE registration.accommodations (
    id           uuid PRIMARY KEY,
    exam         text NOT NULL REFERENCES registration.exams,
    account      uuid NOT NULL REFERENCES registration.accounts,
    -- Another one with every hand-in: a decision is about what staff have seen.
    version      integer NOT NULL DEFAULT 1,
    -- more: staff ask for more proof of something. What was granted beside it counts.
    state        text NOT NULL CHECK (state IN ('waiting', 'more', 'refused', 'granted')),
    request      bytea NOT NULL,
    proof        uuid REFERENCES registration.identity_pictures,
    more_proof   uuid REFERENCES registration.identity_pictures,
    requested_at timestamptz NOT NULL,
    decided_at   timestamptz,
    decided_by   uuid REFERENCES registration.staff,
    -- What was said last. It counts until something else is said, also while a later request waits.
    decision     bytea,
    -- Why something was not granted.
    reason       text,
    CONSTRAINT accommodations_one_per_account UNIQUE (exam, account),
    CHECK ((decision IS NULL) = (decided_at IS NULL)),
    CHECK (state = 'waiting' OR decision IS NOT NULL),
    CHECK (state NOT IN ('more', 'refused') OR reason IS NOT NULL)
);
CREATE INDEX accommodations_of_account ON registration.accommodations (account);

CREATE FUNCTION registration.accommodations_keep_cases() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM registration.close_case('accommodation ' || OLD.exam || ' ' || OLD.account, 'withdrawn', NULL, NULL,
            NULL);
        RETURN NULL;
    END IF;
    IF TG_OP = 'UPDATE' THEN
        PERFORM registration.move_case('accommodation ' || OLD.exam || ' ' || OLD.account,
            'accommodation ' || NEW.exam || ' ' || NEW.account, NEW.exam, NEW.account);
    END IF;
    IF NEW.state = 'waiting' THEN
        PERFORM registration.open_case('accommodation', 'accommodation ' || NEW.exam || ' ' || NEW.account, NEW.exam,
            NEW.account, NEW.version::text, NEW.requested_at);
    ELSE
        PERFORM registration.close_case('accommodation ' || NEW.exam || ' ' || NEW.account,
            CASE NEW.state WHEN 'granted' THEN 'passed' ELSE 'refused' END, NEW.decided_by, NEW.decided_at, NEW.reason);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER cases_of_new_accommodations AFTER INSERT ON registration.accommodations
    FOR EACH ROW WHEN (NEW.state = 'waiting') EXECUTE FUNCTION registration.accommodations_keep_cases();
CREATE TRIGGER cases_of_accommodations AFTER UPDATE OF state, version, account, exam ON registration.accommodations
    FOR EACH ROW WHEN (OLD.state = 'waiting' OR NEW.state = 'waiting')
    EXECUTE FUNCTION registration.accommodations_keep_cases();
CREATE TRIGGER cases_of_gone_accommodations AFTER DELETE ON registration.accommodations
    FOR EACH ROW WHEN (OLD.state = 'waiting') EXECUTE FUNCTION registration.accommodations_keep_cases();

-- The version before drops kept pictures that nothing names of which it knows.
CREATE FUNCTION registration.identity_pictures_keep_proofs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM registration.accommodations a
               WHERE a.account = OLD.account AND OLD.id IN (a.proof, a.more_proof)) THEN
        NEW.state := OLD.state;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER identity_pictures_keep_proofs BEFORE UPDATE OF state ON registration.identity_pictures
    FOR EACH ROW WHEN (OLD.state = 'kept' AND NEW.state = 'dropped')
    EXECUTE FUNCTION registration.identity_pictures_keep_proofs();

-- Of what somebody was reminded: each occasion once, written with the message itself in one statement.
CREATE TABLE registration.reminders (
    exam     text NOT NULL REFERENCES registration.exams,
    occasion text NOT NULL,
    account  uuid NOT NULL REFERENCES registration.accounts ON DELETE CASCADE,
    made_at  timestamptz NOT NULL,
    PRIMARY KEY (exam, occasion, account)
);
CREATE INDEX reminders_made ON registration.reminders (made_at);

-- Who wants none; nobody has said so who is not here.
CREATE TABLE registration.reminder_choices (
    account    uuid PRIMARY KEY REFERENCES registration.accounts ON DELETE CASCADE,
    is_off     boolean NOT NULL,
    changed_at timestamptz NOT NULL
);

-- Who asked to be told when registration opens.
CREATE TABLE registration.reminder_wishes (
    exam     text NOT NULL REFERENCES registration.exams,
    account  uuid NOT NULL REFERENCES registration.accounts ON DELETE CASCADE,
    asked_at timestamptz NOT NULL,
    PRIMARY KEY (exam, account)
);
