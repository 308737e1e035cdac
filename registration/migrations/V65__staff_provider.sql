-- Staff who sign in by an identity provider (OpenID Connect): who of them is whom there, and which of our questions to it were
-- answered already.
--
-- Expand only: the version before knows no provider, and neither reads nor writes these.

-- Never for long while another process holds the table.
DO $$
BEGIN
    FOR attempt IN 1..60 LOOP
        BEGIN
            SET LOCAL lock_timeout = '800ms';
            LOCK TABLE registration.staff IN SHARE ROW EXCLUSIVE MODE;
            SET LOCAL lock_timeout = 0;
            RETURN;
        EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
            PERFORM pg_sleep(0.05);
        END;
    END LOOP;
    RAISE EXCEPTION 'others hold the table of staff: start again when they are done';
END $$;

-- An account is somebody's of a provider by these two words and by nothing else: mail addresses and names are given to others.
CREATE TABLE registration.staff_subjects (
    issuer    text NOT NULL CHECK (char_length(issuer) BETWEEN 1 AND 500),
    subject   text NOT NULL CHECK (char_length(subject) BETWEEN 1 AND 255),
    staff     uuid NOT NULL REFERENCES registration.staff,
    -- How people call them there, for people; empty where nobody said it.
    shown     text NOT NULL CHECK (char_length(shown) <= 100),
    linked_at timestamptz NOT NULL,
    used_at   timestamptz,
    PRIMARY KEY (issuer, subject),
    CONSTRAINT staff_subjects_one_each UNIQUE (staff, issuer)
);

-- States with which a browser has come back: each is good once.
CREATE TABLE registration.staff_provider_states (
    -- SHA-256 of 256 random bits.
    state   bytea PRIMARY KEY CHECK (octet_length(state) = 32),
    -- When it would not be good any more in any case.
    ends_at timestamptz NOT NULL
);
CREATE INDEX staff_provider_states_ends ON registration.staff_provider_states (ends_at);
