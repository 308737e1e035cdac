-- What a candidate's page and lists of candidates look up: cases by their account, orders of an exam by theirs.
--
-- By itself, because it goes through all rows: nobody writes a case or an order meanwhile, and everything else goes on.

-- Never for long while another process holds the tables: those who ask for them behind us would wait, too.
DO $$
BEGIN
    FOR attempt IN 1..60 LOOP
        BEGIN
            SET LOCAL lock_timeout = '800ms';
            LOCK TABLE registration.cases, registration.orders IN SHARE MODE;
            SET LOCAL lock_timeout = 0;
            RETURN;
        EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
            PERFORM pg_sleep(0.05);
        END;
    END LOOP;
    RAISE EXCEPTION 'others hold the tables of registration: start again when they are done';
END $$;

CREATE INDEX cases_of_account ON registration.cases (account, id);
CREATE INDEX orders_of_exam ON registration.orders (exam, account);
