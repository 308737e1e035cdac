-- Exams are set up in the browser: what each exam's definition said when it was last brought, with its comments and its
-- order, and drafts of definitions, which touch no exam until they are applied.
--
-- Expand only. A version before imports without writing `exam_definitions`; whoever reads a text compares it with what
-- stands before it is used.
CREATE TABLE registration.exam_definitions (
    exam              text PRIMARY KEY REFERENCES registration.exams,
    exam_toml         text NOT NULL,
    sittings_csv      text NOT NULL,
    organisations_csv text
);

CREATE TABLE registration.exam_drafts (
    id                uuid PRIMARY KEY,
    -- The exam that it changes; NULL: it makes one.
    exam              text REFERENCES registration.exams,
    -- A hash of what stood when it was begun; NULL where nothing did.
    base              text,
    -- What it was begun from: that exam, another one, one that ships, or files.
    origin            text NOT NULL CHECK (origin IN ('exam', 'clone', 'shipped', 'files')),
    state             text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'applied', 'dropped')),
    -- Raised by each change: whoever changes an older one is told so.
    version           bigint NOT NULL DEFAULT 1 CHECK (version > 0),
    exam_toml         text NOT NULL,
    sittings_csv      text NOT NULL,
    organisations_csv text,
    made_at           timestamptz NOT NULL,
    made_by           uuid NOT NULL REFERENCES registration.staff,
    changed_at        timestamptz NOT NULL,
    changed_by        uuid NOT NULL REFERENCES registration.staff,
    CHECK ((exam IS NULL) = (base IS NULL))
);
CREATE INDEX exam_drafts_open ON registration.exam_drafts (changed_at) WHERE state = 'open';

-- Drafts whose application has begun and has not ended: committed before the engine hears of it, so that an application that
-- breaks off is known, and gone on with.
CREATE TABLE registration.exam_applications (
    draft             uuid PRIMARY KEY REFERENCES registration.exam_drafts,
    -- Of which version of the draft.
    version           bigint NOT NULL,
    -- Which version of the exam stood; NULL where none did.
    exam_version      bigint,
    -- The sittings that the engine was to change.
    sittings          text[] NOT NULL
);
