-- Names are found whatever kind of capital their keys were made of (`GROẞ`, `İbrahim`): those of rules before the third are made anew.
-- And staff see what a form said before it was changed.
--
-- Expand only: the version before asks for keys of rules before the second, for which this index serves as well. Keys that it makes
-- while it runs beside are of the second, and are made anew once it is gone. It neither reads nor writes the column.

-- Never for long while another process holds the tables: those who ask for them behind us would wait, too.
DO $$
BEGIN
    FOR attempt IN 1..60 LOOP
        BEGIN
            SET LOCAL lock_timeout = '800ms';
            LOCK TABLE registration.candidate_keys, registration.applications IN ACCESS EXCLUSIVE MODE;
            SET LOCAL lock_timeout = 0;
            RETURN;
        EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
            PERFORM pg_sleep(0.05);
        END;
    END LOOP;
    RAISE EXCEPTION 'others hold the tables of registration: start again when they are done';
END $$;

DROP INDEX registration.candidate_keys_of_earlier_rules;
-- Whose keys are to be made anew; empty when all were.
CREATE INDEX candidate_keys_of_earlier_rules ON registration.candidate_keys (account) WHERE rules < 3;

-- The form that stood until the one came that waits or was refused, sealed as that one is; NULL where none stood.
ALTER TABLE registration.applications ADD COLUMN details_before bytea;
