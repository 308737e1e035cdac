-- Refunds to which the operator agreed at the command line, who is nobody of the staff: given back by hand, they need nobody else.
--
-- Expand only: the version before neither reads nor writes it. What the operator agreed to before asks for a second person once
-- more when it is given back by hand.

-- Never for long while another process holds the table: those who ask for it behind us would wait, too.
DO $$
BEGIN
    FOR attempt IN 1..60 LOOP
        BEGIN
            SET LOCAL lock_timeout = '800ms';
            LOCK TABLE registration.refunds IN ACCESS EXCLUSIVE MODE;
            SET LOCAL lock_timeout = 0;
            RETURN;
        EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
            PERFORM pg_sleep(0.05);
        END;
    END LOOP;
    RAISE EXCEPTION 'others hold the tables of registration: start again when they are done';
END $$;

ALTER TABLE registration.refunds ADD COLUMN is_agreed_by_operator boolean NOT NULL DEFAULT false;
