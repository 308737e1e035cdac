-- An account may have several login names, or an e-mail in place of a document; codes and links prove mobiles and
-- mailboxes. Everything personal is ciphertext of the vault and found by its keyed index.
--
-- Expand only: `accounts.document_index` stays for a process of the version before, which still signs in by it, and goes
-- in a later migration. Rows of before get their row in `account_logins` from the program when it opens, because the new
-- index needs the vault's key.

ALTER TABLE registration.accounts
    ALTER COLUMN document_index DROP NOT NULL,
    ALTER COLUMN document DROP NOT NULL,
    ALTER COLUMN name DROP NOT NULL,
    ALTER COLUMN mobile DROP NOT NULL,
    -- By this a forgotten account is found. Not unique: whoever only claims a document keeps nobody out.
    ADD COLUMN claim_index bytea CHECK (octet_length(claim_index) = 32),
    ADD COLUMN username bytea,
    ADD COLUMN email bytea,
    ADD COLUMN email_verified_at timestamptz,
    ADD COLUMN mobile_verified_at timestamptz,
    -- A session of an earlier epoch is over.
    ADD COLUMN session_epoch integer NOT NULL DEFAULT 0,
    ADD CHECK ((claim_index IS NULL) = (document IS NULL) OR document_index IS NOT NULL);
CREATE INDEX accounts_of_claim ON registration.accounts (claim_index) WHERE claim_index IS NOT NULL;
CREATE INDEX accounts_to_carry_over ON registration.accounts (id)
    WHERE document_index IS NOT NULL AND claim_index IS NULL;

CREATE TABLE registration.account_logins (
    kind    text NOT NULL CHECK (kind IN ('username', 'email', 'document', 'mobile')),
    index   bytea NOT NULL CHECK (octet_length(index) = 32),
    account uuid NOT NULL REFERENCES registration.accounts,
    CONSTRAINT account_logins_one_account PRIMARY KEY (kind, index),
    CONSTRAINT account_logins_one_of_a_kind UNIQUE (account, kind)
);

-- What was sent to whom, for the limits per minute, hour and day. Rows of before yesterday are swept.
CREATE TABLE registration.account_sendings (
    subject bytea NOT NULL CHECK (octet_length(subject) = 32),
    sent_at timestamptz NOT NULL
);
CREATE INDEX account_sendings_of_subject ON registration.account_sendings (subject, sent_at);
CREATE INDEX account_sendings_old ON registration.account_sendings (sent_at);

-- How many messages the site has sent on a day, of China.
CREATE TABLE registration.account_sending_days (
    day  date PRIMARY KEY,
    sent integer NOT NULL CHECK (sent >= 0)
);

-- One code at a time for one purpose and subject, as a keyed hash.
CREATE TABLE registration.account_codes (
    purpose    text NOT NULL CHECK (purpose IN ('sign_up', 'mobile', 'password')),
    subject    bytea NOT NULL CHECK (octet_length(subject) = 32),
    hash       bytea NOT NULL CHECK (octet_length(hash) = 32),
    tries      integer NOT NULL CHECK (tries >= 0),
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (purpose, subject)
);
CREATE INDEX account_codes_old ON registration.account_codes (expires_at);

-- Links in letters: only a keyed hash of the token is here. A used one stays for a while, to be told apart.
CREATE TABLE registration.account_links (
    token      bytea PRIMARY KEY CHECK (octet_length(token) = 32),
    purpose    text NOT NULL CHECK (purpose IN ('sign_up', 'email', 'password')),
    account    uuid REFERENCES registration.accounts,
    payload    bytea NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at    timestamptz,
    CHECK ((purpose = 'sign_up') = (account IS NULL))
);
CREATE INDEX account_links_of_account ON registration.account_links (account) WHERE account IS NOT NULL;
CREATE INDEX account_links_old ON registration.account_links (expires_at);
