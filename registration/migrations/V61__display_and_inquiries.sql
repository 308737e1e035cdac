-- How large the owner of an account wants pages, what candidates ask the examination office, and signing in on a computer by a phone.
--
-- Expand only: the version before neither reads nor writes these.

-- Never for long while another process holds the table: those who ask for it behind us would wait, too.
DO $$
BEGIN
    FOR attempt IN 1..60 LOOP
        BEGIN
            SET LOCAL lock_timeout = '800ms';
            LOCK TABLE registration.accounts, registration.staff IN ACCESS EXCLUSIVE MODE;
            SET LOCAL lock_timeout = 0;
            RETURN;
        EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
            PERFORM pg_sleep(0.05);
        END;
    END LOOP;
    RAISE EXCEPTION 'others hold the tables of registration: start again when they are done';
END $$;

-- `ordinary` or `elder`; absent where they never said.
ALTER TABLE registration.accounts ADD COLUMN display text;

-- A question of a candidate and its answer, both ciphertext. `place` is what the page's code says of where they stood: exam, step,
-- order, time, request; nothing of a person.
CREATE TABLE registration.inquiries (
    id          uuid PRIMARY KEY,
    account     uuid NOT NULL REFERENCES registration.accounts ON DELETE CASCADE,
    -- Absent where it is of no exam.
    exam        text,
    place       text NOT NULL CHECK (char_length(place) <= 200),
    question    bytea NOT NULL,
    asked_at    timestamptz NOT NULL,
    answer      bytea,
    answered_at timestamptz,
    answered_by uuid REFERENCES registration.staff,
    CHECK ((answer IS NULL) = (answered_at IS NULL) AND (answer IS NULL) = (answered_by IS NULL))
);
CREATE INDEX inquiries_of_account ON registration.inquiries (account, asked_at);
CREATE INDEX inquiries_open ON registration.inquiries (asked_at, id) WHERE answered_at IS NULL;
CREATE INDEX inquiries_answered_by ON registration.inquiries (answered_by) WHERE answered_by IS NOT NULL;

-- Signing in on a computer by a code that a phone scans, which is signed in: who shows the code, who confirmed it.
CREATE TABLE registration.qr_sign_ins (
    -- Keyed indexes of what the code says, and of what the computer's cookie says.
    token_index   bytea PRIMARY KEY CHECK (octet_length(token_index) = 32),
    browser_index bytea NOT NULL UNIQUE CHECK (octet_length(browser_index) = 32),
    -- What both screens show.
    number        smallint NOT NULL CHECK (number BETWEEN 10 AND 99),
    expires_at    timestamptz NOT NULL,
    -- Who confirmed it; nobody so far.
    account       uuid REFERENCES registration.accounts ON DELETE CASCADE,
    -- The account's epoch then: whoever signs out everywhere meanwhile is not signed in by it.
    epoch         integer,
    -- Signed in with, or refused: either happens once.
    ended_at      timestamptz,
    CHECK ((account IS NULL) = (epoch IS NULL))
);
CREATE INDEX qr_sign_ins_expired ON registration.qr_sign_ins (expires_at);
CREATE INDEX qr_sign_ins_of_account ON registration.qr_sign_ins (account) WHERE account IS NOT NULL;
