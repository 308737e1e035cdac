-- Names are found whatever kind of apostrophe, stroke or dot their keys were made of (`Oʻzbek`, `O'zbek`): each key says by which
-- rules it was made, and those of earlier rules are made anew.
--
-- Expand only: the version before does not know the column. Keys that it makes while it runs beside are of the first rules, as all of
-- before are, and are made anew as well, so that none of them is left once it is gone. Until then either of the two may not find the few
-- names that the rules differ about.

-- Never for long while another process holds the table: those who ask for it behind us would wait, too.
DO $$
BEGIN
    FOR attempt IN 1..60 LOOP
        BEGIN
            SET LOCAL lock_timeout = '800ms';
            LOCK TABLE registration.candidate_keys IN ACCESS EXCLUSIVE MODE;
            SET LOCAL lock_timeout = 0;
            RETURN;
        EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
            PERFORM pg_sleep(0.05);
        END;
    END LOOP;
    RAISE EXCEPTION 'others hold the tables of registration: start again when they are done';
END $$;

ALTER TABLE registration.candidate_keys ADD COLUMN rules smallint NOT NULL DEFAULT 1;
-- Whose keys are to be made anew; empty when all were.
CREATE INDEX candidate_keys_of_earlier_rules ON registration.candidate_keys (account) WHERE rules < 2;
