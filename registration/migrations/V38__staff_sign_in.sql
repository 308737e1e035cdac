-- Sign-ins of staff as rows that can be ended one by one, their second factor with its recovery codes, and links by which somebody
-- chooses a password.
--
-- Expand only: the version before looks at none of these tables. It ends sign-ins by raising `session_epoch`, which ends those of
-- this version, too; its own sign-ins open nothing here.

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

CREATE TABLE registration.staff_sessions (
    -- What pages call it by.
    number    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- SHA-256 of the token in the cookie, which is 256 random bits.
    token     bytea NOT NULL UNIQUE CHECK (octet_length(token) = 32),
    staff     uuid NOT NULL REFERENCES registration.staff,
    -- The member's when it began: another one ends it.
    epoch     integer NOT NULL,
    began_at  timestamptz NOT NULL,
    -- When it was last used, to a minute.
    seen_at   timestamptz NOT NULL,
    -- When a second factor was last shown in it; absent as long as only the password was.
    factor_at timestamptz,
    ended_at  timestamptz,
    -- For whom it is: the browser and the system in two words, and the address without its end.
    agent     text NOT NULL CHECK (char_length(agent) <= 64),
    address   text NOT NULL CHECK (char_length(address) <= 64),
    -- The network that it came from, by the vault's index: tries from there are counted apart.
    network   bytea NOT NULL CHECK (octet_length(network) = 32)
);
CREATE INDEX staff_sessions_of_staff ON registration.staff_sessions (staff);
CREATE INDEX staff_sessions_seen ON registration.staff_sessions (seen_at);

-- The app that shows a code every half minute (TOTP, RFC 6238): one for each member.
CREATE TABLE registration.staff_factors (
    staff       uuid PRIMARY KEY REFERENCES registration.staff,
    -- Sealed.
    secret      bytea NOT NULL,
    -- The half minute whose code was accepted last. It only grows: a code counts once.
    last_step   bigint NOT NULL,
    enrolled_at timestamptz NOT NULL
);

-- Keys that a device keeps (WebAuthn).
CREATE TABLE registration.staff_passkeys (
    -- What pages call it by.
    number     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    staff      uuid NOT NULL REFERENCES registration.staff,
    -- As the authenticator calls it.
    credential bytea NOT NULL UNIQUE CHECK (octet_length(credential) BETWEEN 1 AND 1023),
    -- The public key, as SubjectPublicKeyInfo, and how it signs, by its number in COSE.
    key        bytea NOT NULL,
    algorithm  integer NOT NULL,
    -- The host on which it was made, and nowhere else is used.
    site       text NOT NULL,
    agent      text NOT NULL CHECK (char_length(agent) <= 64),
    -- How often it has signed, where its authenticator counts: it only grows.
    signs      bigint NOT NULL CHECK (signs >= 0),
    added_at   timestamptz NOT NULL,
    used_at    timestamptz
);
CREATE INDEX staff_passkeys_of_staff ON registration.staff_passkeys (staff);

CREATE TABLE registration.staff_recovery_codes (
    staff   uuid NOT NULL REFERENCES registration.staff,
    -- SHA-256 of 80 random bits and of whose they are.
    code    bytea NOT NULL CHECK (octet_length(code) = 32),
    used_at timestamptz,
    PRIMARY KEY (staff, code)
);

-- Codes that were tried for a member on a day in China from networks where they have not signed in lately.
CREATE TABLE registration.staff_tries (
    staff   uuid NOT NULL REFERENCES registration.staff,
    day     date NOT NULL,
    tries   integer NOT NULL CHECK (tries >= 0),
    last_at timestamptz NOT NULL,
    PRIMARY KEY (staff, day)
);

-- Links by which somebody chooses a password, each good once.
CREATE TABLE registration.staff_links (
    -- SHA-256 of the token in the link, which is 192 random bits.
    token      bytea PRIMARY KEY CHECK (octet_length(token) = 32),
    staff      uuid NOT NULL REFERENCES registration.staff,
    kind       text NOT NULL CHECK (kind IN ('invitation', 'password')),
    expires_at timestamptz NOT NULL,
    used_at    timestamptz
);
CREATE INDEX staff_links_of_staff ON registration.staff_links (staff);
