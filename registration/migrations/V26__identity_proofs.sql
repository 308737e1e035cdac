-- By which ways it was proved who somebody is, where an exam asks for another way than the first: `way` is the first one,
-- `also_by` has those that came after it. A further proof by staff waits beside the identity, which stays verified for every
-- exam that takes what was proved before. The version before knows none of it, and writes the other columns as it always did.

-- Never for long while another process holds one of the tables: those who ask for them behind us would wait, too.
DO $$
BEGIN
    FOR attempt IN 1..60 LOOP
        BEGIN
            SET LOCAL lock_timeout = '800ms';
            LOCK TABLE registration.identities, registration.identity_pictures, registration.staff
                IN ACCESS EXCLUSIVE MODE;
            SET LOCAL lock_timeout = 0;
            RETURN;
        EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
            PERFORM pg_sleep(0.05);
        END;
    END LOOP;
    RAISE EXCEPTION 'others hold the tables of identities: start again when they are done';
END $$;

ALTER TABLE registration.identities
    ADD COLUMN also_by text[] NOT NULL DEFAULT '{}',
    -- What staff look at, and since when it waits.
    ADD COLUMN more_picture uuid REFERENCES registration.identity_pictures,
    ADD COLUMN more_since timestamptz,
    -- Who decided on the last one, and why not, if not.
    ADD COLUMN more_by uuid REFERENCES registration.staff,
    ADD COLUMN more_reason text,
    ADD CHECK ((more_picture IS NULL) = (more_since IS NULL)),
    ADD CHECK (more_picture IS NULL OR state = 'verified');

-- Whoever is no more, or only now, who was verified has no further proofs, whichever version says so.
CREATE FUNCTION registration.identities_forget_proofs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.also_by := '{}';
    NEW.more_picture := NULL;
    NEW.more_since := NULL;
    NEW.more_by := NULL;
    NEW.more_reason := NULL;
    RETURN NEW;
END $$;
CREATE TRIGGER identities_forget_proofs BEFORE UPDATE OF state ON registration.identities
    FOR EACH ROW WHEN (OLD.state <> NEW.state) EXECUTE FUNCTION registration.identities_forget_proofs();

-- Identities: the picture, of the first proof or of a further one.
CREATE OR REPLACE FUNCTION registration.identities_keep_cases() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM registration.close_case('identity.' || OLD.account, 'withdrawn', NULL, NULL, NULL);
    ELSIF NEW.state = 'waiting' THEN
        PERFORM registration.open_case('identity', 'identity.' || NEW.account, NULL, NEW.account, NEW.picture::text,
            NEW.submitted_at);
    ELSIF NEW.more_picture IS NOT NULL THEN
        PERFORM registration.open_case('identity', 'identity.' || NEW.account, NULL, NEW.account,
            NEW.more_picture::text, NEW.more_since);
    ELSIF TG_OP = 'UPDATE' AND OLD.more_picture IS NOT NULL THEN
        PERFORM registration.close_case('identity.' || NEW.account, CASE WHEN NEW.state <> 'verified' THEN 'withdrawn'
            WHEN NEW.more_reason IS NOT NULL THEN 'refused' ELSE 'passed' END, NEW.more_by, now(), NEW.more_reason);
    ELSE
        PERFORM registration.close_case('identity.' || NEW.account, CASE NEW.state WHEN 'verified' THEN 'passed'
            WHEN 'refused' THEN 'refused' ELSE 'withdrawn' END, NEW.decided_by, NEW.decided_at, NEW.reason);
    END IF;
    RETURN NULL;
END $$;
DROP TRIGGER cases_of_identities ON registration.identities;
CREATE TRIGGER cases_of_identities AFTER UPDATE OF state, picture, submitted_at, more_picture, more_since
    ON registration.identities FOR EACH ROW
    WHEN (OLD.state = 'waiting' OR NEW.state = 'waiting' OR OLD.more_picture IS NOT NULL OR NEW.more_picture IS NOT NULL)
    EXECUTE FUNCTION registration.identities_keep_cases();
DROP TRIGGER cases_of_gone_identities ON registration.identities;
CREATE TRIGGER cases_of_gone_identities AFTER DELETE ON registration.identities
    FOR EACH ROW WHEN (OLD.state = 'waiting' OR OLD.more_picture IS NOT NULL)
    EXECUTE FUNCTION registration.identities_keep_cases();
