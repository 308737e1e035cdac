-- Imports (导入): a file that staff bring, what was found in it, and what became of it. The file lies in the file store, sealed
-- part by part, until it is removed.
--
-- Expand only: the version before does not know the table.

CREATE TABLE registration.imports (
    id          uuid PRIMARY KEY,
    -- What it is a list of; a later version has more kinds.
    kind        text NOT NULL,
    exam        text REFERENCES registration.exams,
    staff       uuid NOT NULL REFERENCES registration.staff,
    file_name   text NOT NULL CHECK (char_length(file_name) BETWEEN 1 AND 200),
    -- How large the file is, in how many parts it lies, and by what the same file is known again. Keyed: nobody without the
    -- vault can try files out.
    bytes       bigint NOT NULL DEFAULT 0 CHECK (bytes >= 0),
    parts       integer NOT NULL DEFAULT 0 CHECK (parts >= 0),
    digest      bytea CHECK (octet_length(digest) = 32),
    state       text NOT NULL
        CHECK (state IN ('uploading', 'reading', 'read', 'refused', 'applying', 'applied', 'failed', 'dropped')),
    -- How many lines have been read, while somebody waits.
    progress    bigint NOT NULL DEFAULT 0 CHECK (progress >= 0),
    -- What was found, and, once it is applied, what was done.
    lines       bigint NOT NULL DEFAULT 0,
    added       bigint NOT NULL DEFAULT 0,
    changed     bigint NOT NULL DEFAULT 0,
    -- There, not in the file; and those of them to whom an account is bound, which stay in any case.
    absent      bigint NOT NULL DEFAULT 0,
    bound       bigint NOT NULL DEFAULT 0,
    removed     bigint NOT NULL DEFAULT 0,
    faults      bigint NOT NULL DEFAULT 0,
    -- The first lines and faults: ciphertext.
    report      bytea,
    -- Of those that are absent so many were to be removed, and no more; nothing: they are kept.
    removes     bigint CHECK (removes > 0),
    -- What was to be done was something else by then: it is to be looked at once more.
    is_stale    boolean NOT NULL DEFAULT false,
    -- Which process works on it, until when, and how often one began.
    lease       uuid,
    lease_until timestamptz,
    tries       smallint NOT NULL DEFAULT 0,
    made_at     timestamptz NOT NULL,
    read_at     timestamptz,
    applied_at  timestamptz,
    applied_by  uuid REFERENCES registration.staff,
    -- When the file was removed.
    removed_at  timestamptz,
    CHECK ((state = 'applied') = (applied_at IS NOT NULL))
);
CREATE INDEX imports_newest ON registration.imports (made_at DESC, id DESC);
CREATE INDEX imports_due ON registration.imports (made_at) WHERE state IN ('reading', 'applying');
CREATE INDEX imports_kept ON registration.imports (made_at) WHERE removed_at IS NULL;
