-- How many sittings of a list the engine took although it did not take all of them, and when inquiries were answered: they are
-- removed a year later.
--
-- Expand only: the version before neither reads nor writes the column, and removes no inquiry.

-- Never for long while another process holds the tables: those who ask for them behind us would wait, too.
DO $$
BEGIN
    FOR attempt IN 1..60 LOOP
        BEGIN
            SET LOCAL lock_timeout = '800ms';
            LOCK TABLE registration.imports, registration.inquiries IN ACCESS EXCLUSIVE MODE;
            SET LOCAL lock_timeout = 0;
            RETURN;
        EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
            PERFORM pg_sleep(0.05);
        END;
    END LOOP;
    RAISE EXCEPTION 'others hold the tables of registration: start again when they are done';
END $$;

ALTER TABLE registration.imports ADD COLUMN written bigint NOT NULL DEFAULT 0 CHECK (written >= 0);

CREATE INDEX inquiries_answered ON registration.inquiries (answered_at) WHERE answered_at IS NOT NULL;
