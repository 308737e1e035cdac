-- Who candidates are: what they handed in to prove it, what came of it, and the face checks of exams.
-- Names, numbers and pictures are ciphertext of the vault; a document is found by its keyed index.

CREATE TABLE registration.identity_pictures (
    id         uuid PRIMARY KEY,
    account    uuid NOT NULL REFERENCES registration.accounts,
    slot       text NOT NULL CHECK (slot IN ('card_front', 'card_back', 'holding', 'live', 'photo', 'portrait')),
    -- A draft is not handed in yet; a dropped one waits for the sweep to remove its file and then its row.
    state      text NOT NULL CHECK (state IN ('draft', 'kept', 'dropped')),
    created_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX identity_pictures_one_draft ON registration.identity_pictures (account, slot)
    WHERE state = 'draft';
CREATE INDEX identity_pictures_due ON registration.identity_pictures (created_at) WHERE state <> 'kept';

-- A picture that is still arriving, piece by piece.
CREATE TABLE registration.identity_uploads (
    account    uuid NOT NULL REFERENCES registration.accounts,
    slot       text NOT NULL,
    key        uuid NOT NULL CONSTRAINT identity_uploads_key UNIQUE,
    total      integer NOT NULL CHECK (total > 0),
    received   integer NOT NULL CHECK (received BETWEEN 0 AND total),
    created_at timestamptz NOT NULL,
    PRIMARY KEY (account, slot)
);
CREATE INDEX identity_uploads_due ON registration.identity_uploads (created_at);

CREATE TABLE registration.identity_chunks (
    upload    uuid NOT NULL REFERENCES registration.identity_uploads (key) ON DELETE CASCADE,
    starts_at integer NOT NULL,
    bytes     bytea NOT NULL,
    PRIMARY KEY (upload, starts_at)
);
-- Ciphertext does not get smaller.
ALTER TABLE registration.identity_chunks ALTER COLUMN bytes SET STORAGE EXTERNAL;

-- One row per account that consented. What is claimed is copied when it is handed in, so that staff and the index
-- below speak of the same person.
CREATE TABLE registration.identities (
    account         uuid PRIMARY KEY REFERENCES registration.accounts,
    state           text NOT NULL CHECK (state IN ('none', 'waiting', 'refused', 'verified')),
    consent_at      timestamptz NOT NULL,
    consent_version text NOT NULL,
    name            bytea,
    document        bytea,
    document_index  bytea,
    way             text CHECK (way IN ('card', 'liveness', 'manual')),
    -- What staff look at while it waits, and the face of who was verified.
    picture         uuid REFERENCES registration.identity_pictures,
    submitted_at    timestamptz,
    decided_at      timestamptz,
    decided_by      uuid REFERENCES registration.staff,
    reason          text,
    CHECK (state = 'none' OR (name IS NOT NULL AND document IS NOT NULL AND document_index IS NOT NULL
        AND way IS NOT NULL AND submitted_at IS NOT NULL)),
    CHECK (state <> 'waiting' OR picture IS NOT NULL),
    CHECK (state <> 'refused' OR reason IS NOT NULL),
    CHECK (state NOT IN ('refused', 'verified') OR decided_at IS NOT NULL)
);
-- No two accounts are one person. That no account is two persons follows from its single row.
CREATE UNIQUE INDEX identities_one_account_per_person ON registration.identities (document_index)
    WHERE state = 'verified';
CREATE INDEX identities_waiting ON registration.identities (submitted_at, account) WHERE state = 'waiting';

-- Checks by a vendor's page: begun, then asked for until they are finished.
CREATE TABLE registration.identity_checks (
    id          text PRIMARY KEY,
    account     uuid NOT NULL REFERENCES registration.accounts,
    name        bytea NOT NULL,
    document    bytea NOT NULL,
    token       text,
    url         text,
    created_at  timestamptz NOT NULL,
    asked_at    timestamptz,
    finished_at timestamptz,
    failure     text
);
CREATE INDEX identity_checks_of_account ON registration.identity_checks (account, created_at DESC);

CREATE INDEX identity_checks_due ON registration.identity_checks (created_at);

-- How often something that costs money was tried on a day (of China).
CREATE TABLE registration.identity_tries (
    account uuid NOT NULL REFERENCES registration.accounts,
    day     date NOT NULL,
    what    text NOT NULL,
    count   integer NOT NULL,
    PRIMARY KEY (account, day, what)
);
CREATE INDEX identity_tries_due ON registration.identity_tries (day);

-- Links from a computer to a phone: good once, for minutes. Only an index of the token is kept.
CREATE TABLE registration.identity_handovers (
    token_index bytea PRIMARY KEY,
    account     uuid NOT NULL REFERENCES registration.accounts,
    next        text NOT NULL,
    expires_at  timestamptz NOT NULL,
    used_at     timestamptz
);
CREATE INDEX identity_handovers_due ON registration.identity_handovers (expires_at);
CREATE INDEX identity_handovers_of_account ON registration.identity_handovers (account);

CREATE TABLE registration.face_checks (
    account      uuid NOT NULL REFERENCES registration.accounts,
    exam         text NOT NULL REFERENCES registration.exams,
    state        text NOT NULL CHECK (state IN ('waiting', 'refused', 'passed')),
    -- Only while it waits: what was decided needs no picture.
    picture      uuid REFERENCES registration.identity_pictures,
    submitted_at timestamptz NOT NULL,
    decided_at   timestamptz,
    decided_by   uuid REFERENCES registration.staff,
    reason       text,
    PRIMARY KEY (account, exam),
    CHECK (state <> 'waiting' OR picture IS NOT NULL),
    CHECK (state <> 'refused' OR reason IS NOT NULL),
    CHECK (state = 'waiting' OR decided_at IS NOT NULL)
);
CREATE INDEX face_checks_waiting ON registration.face_checks (submitted_at, account, exam) WHERE state = 'waiting';
