-- Sign-ins of candidates: on what, since when, used last, and until when. A cookie whose id is of version 7 opens nothing without
-- its row; those of the version before have ids of version 4 and end by themselves within twelve hours. `ended_sessions` is
-- written, too, as long as a process of that version may run beside.

-- Never for long while another process holds the table: those who ask for it behind us would wait, too.
DO $$
BEGIN
    FOR attempt IN 1..60 LOOP
        BEGIN
            SET LOCAL lock_timeout = '800ms';
            LOCK TABLE registration.accounts IN SHARE ROW EXCLUSIVE MODE;
            SET LOCAL lock_timeout = 0;
            RETURN;
        EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
            PERFORM pg_sleep(0.05);
        END;
    END LOOP;
    RAISE EXCEPTION 'others hold the tables of registration: start again when they are done';
END $$;

CREATE TABLE registration.account_sessions (
    id       uuid PRIMARY KEY,
    account  uuid NOT NULL REFERENCES registration.accounts ON DELETE CASCADE,
    -- The account's epoch then: a session of an earlier one is over.
    epoch    integer NOT NULL,
    -- As the browser calls itself, by our own words. No address: it would tell where somebody was.
    system   text NOT NULL CHECK (length(system) <= 20),
    browser  text NOT NULL CHECK (length(browser) <= 20),
    began_at timestamptz NOT NULL,
    -- To five minutes.
    seen_at  timestamptz NOT NULL,
    until    timestamptz NOT NULL,
    ended_at timestamptz,
    -- Was the owner told of it as of a new device?
    is_told  boolean NOT NULL DEFAULT false,
    CHECK (until > began_at)
);
CREATE INDEX account_sessions_of_account ON registration.account_sessions (account);
CREATE INDEX account_sessions_until ON registration.account_sessions (until);
