-- How long data of candidates is kept: the rule, whom it has let go, what is kept in spite of it, and files that are on their way out.
--
-- Expand only: the version before neither reads nor writes these. There is no rule until staff set one, so that nothing goes by an upgrade.
-- Set none while a process of the version before runs.

-- Never for long while another process holds one of the tables: those who ask for them behind us would wait, too.
DO $$
BEGIN
    FOR attempt IN 1..60 LOOP
        BEGIN
            SET LOCAL lock_timeout = '800ms';
            LOCK TABLE registration.accounts, registration.score_reviews, registration.staff IN ACCESS EXCLUSIVE MODE;
            SET LOCAL lock_timeout = 0;
            RETURN;
        EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
            PERFORM pg_sleep(0.05);
        END;
    END LOOP;
    RAISE EXCEPTION 'others hold the tables of registration: start again when they are done';
END $$;

-- When all that is personal of an account was removed. Its row stays, because orders, which are for the books, name it.
ALTER TABLE registration.accounts ADD COLUMN forgotten_at timestamptz;
CREATE INDEX accounts_forgotten ON registration.accounts (forgotten_at) WHERE forgotten_at IS NOT NULL;
CREATE INDEX score_reviews_of_account ON registration.score_reviews (account);

-- One row once somebody has set it: after how many years; none means that everything is kept.
CREATE TABLE registration.retention (
    is_only    boolean PRIMARY KEY DEFAULT true CHECK (is_only),
    years      smallint CHECK (years BETWEEN 1 AND 30),
    -- Raised by each change: whoever changes an older one is told so.
    version    bigint NOT NULL CHECK (version > 0),
    changed_at timestamptz NOT NULL,
    changed_by uuid NOT NULL REFERENCES registration.staff
);

-- Accounts that are kept because of a dispute, whatever the rule says.
CREATE TABLE registration.retention_holds (
    account uuid PRIMARY KEY REFERENCES registration.accounts,
    -- Why, as the audit says it, too: staff are asked to name nobody.
    reason  text NOT NULL CHECK (char_length(reason) BETWEEN 1 AND 300),
    staff   uuid NOT NULL REFERENCES registration.staff,
    at      timestamptz NOT NULL
);

-- Files whose rows are gone: written with the row's removal, removed behind the file's.
CREATE TABLE registration.retention_files (
    path    text PRIMARY KEY CHECK (char_length(path) BETWEEN 1 AND 300),
    made_at timestamptz NOT NULL
);
