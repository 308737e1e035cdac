-- What of an identity staff confirmed in person, so that just that can be taken back.
--
-- Expand only: the version before knows none of it. What it confirms in person is corrected with the account, as it always was.

-- Never for long while another process holds the table: those who ask for it behind us would wait, too.
DO $$
BEGIN
    FOR attempt IN 1..60 LOOP
        BEGIN
            SET LOCAL lock_timeout = '800ms';
            LOCK TABLE registration.identities IN ACCESS EXCLUSIVE MODE;
            SET LOCAL lock_timeout = 0;
            RETURN;
        EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
            PERFORM pg_sleep(0.05);
        END;
    END LOOP;
    RAISE EXCEPTION 'others hold the table of identities: start again when they are done';
END $$;

ALTER TABLE registration.identities
    -- Those words of `way` and `also_by`, and when it was confirmed last.
    ADD COLUMN in_person text[] NOT NULL DEFAULT '{}',
    ADD COLUMN in_person_at timestamptz,
    ADD CONSTRAINT identities_in_person_since CHECK ((in_person = '{}') = (in_person_at IS NULL)) NOT VALID,
    ADD CONSTRAINT identities_in_person_verified CHECK (in_person_at IS NULL OR state = 'verified') NOT VALID;

-- Whoever is no more, or only now, who was verified has no further proofs, and none in person, whichever version says so.
CREATE OR REPLACE FUNCTION registration.identities_forget_proofs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.also_by := '{}';
    NEW.more_picture := NULL;
    NEW.more_since := NULL;
    NEW.more_by := NULL;
    NEW.more_reason := NULL;
    NEW.in_person := '{}';
    NEW.in_person_at := NULL;
    RETURN NEW;
END $$;

-- What was confirmed before, where it is the first proof: its line of the audit is of the very moment.
UPDATE registration.identities i
SET in_person = CASE i.way WHEN 'card' THEN ARRAY['card', 'card_staff'] ELSE ARRAY[i.way] END, in_person_at = i.decided_at
FROM registration.audit a
WHERE a.action = 'face.in_person' AND a.subject = 'identity.' || i.account AND a.at = i.decided_at AND i.state = 'verified';
