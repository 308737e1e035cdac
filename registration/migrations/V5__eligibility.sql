-- Who may register: rosters, past scores, and whose registration is bound to which account. Names and numbers are
-- ciphertext of the vault; people are found by keyed indexes.

-- Made for a million lines: written by imports only, read by its key only.
CREATE TABLE registration.roster (
    exam           text NOT NULL REFERENCES registration.exams,
    document_index bytea NOT NULL CHECK (octet_length(document_index) = 32),
    -- Of document and name together, so that a wrong name looks like nobody.
    person_index   bytea NOT NULL CHECK (octet_length(person_index) = 32),
    -- Of the whole line: an import writes only what has changed.
    line_index     bytea NOT NULL CHECK (octet_length(line_index) = 32),
    record         bytea NOT NULL,
    PRIMARY KEY (exam, document_index)
);

-- Results of earlier exams, found by ticket number and document, or by ticket number and name.
CREATE TABLE registration.past_scores (
    exam        text NOT NULL REFERENCES registration.exams,
    by_document bytea NOT NULL CHECK (octet_length(by_document) = 32),
    subject     text NOT NULL,
    year        integer NOT NULL,
    by_name     bytea NOT NULL CHECK (octet_length(by_name) = 32),
    line_index  bytea NOT NULL CHECK (octet_length(line_index) = 32),
    score       integer NOT NULL,
    record      bytea NOT NULL,
    PRIMARY KEY (exam, by_document, subject, year)
);
CREATE INDEX past_scores_of_name ON registration.past_scores (exam, by_name);

-- One account, one person, both ways, within an exam. The record is the roster's line as it was then.
CREATE TABLE registration.bindings (
    id             uuid PRIMARY KEY,
    exam           text NOT NULL REFERENCES registration.exams,
    account        uuid NOT NULL REFERENCES registration.accounts,
    document_index bytea NOT NULL CHECK (octet_length(document_index) = 32),
    record         bytea NOT NULL,
    bound_at       timestamptz NOT NULL,
    CONSTRAINT bindings_one_per_account UNIQUE (exam, account),
    CONSTRAINT bindings_one_per_person UNIQUE (exam, document_index)
);
CREATE INDEX bindings_due ON registration.bindings (exam, bound_at);
CREATE INDEX bindings_of_account ON registration.bindings (account);

-- A live order of an exam that asks for it always has its binding: whoever deletes the binding, or writes the order,
-- last is refused here.
ALTER TABLE registration.orders ADD COLUMN needs_binding boolean NOT NULL DEFAULT false;
ALTER TABLE registration.orders ADD COLUMN binding uuid
    CONSTRAINT orders_binding REFERENCES registration.bindings ON DELETE SET NULL;
ALTER TABLE registration.orders ADD CONSTRAINT orders_stay_bound
    CHECK (NOT needs_binding OR binding IS NOT NULL OR state IN ('lapsed', 'released', 'cancelled'));
CREATE INDEX orders_of_binding ON registration.orders (binding) WHERE binding IS NOT NULL;

-- Reviews of an earlier score that make further subjects eligible: one per account, about one person.
CREATE TABLE registration.score_reviews (
    exam           text NOT NULL REFERENCES registration.exams,
    account        uuid NOT NULL REFERENCES registration.accounts,
    document_index bytea NOT NULL CHECK (octet_length(document_index) = 32),
    request        bytea NOT NULL,
    state          text NOT NULL CHECK (state IN ('waiting', 'refused', 'passed')),
    -- What it makes eligible once passed, as the rules were when it was handed in.
    grants         text[] NOT NULL,
    -- Another one with every hand-in: a decision is about what staff have seen.
    requested_at   timestamptz NOT NULL,
    decided_at     timestamptz,
    decided_by     uuid REFERENCES registration.staff,
    reason         text,
    CONSTRAINT score_reviews_one_per_account PRIMARY KEY (exam, account),
    CHECK ((state = 'waiting') = (decided_at IS NULL)),
    CHECK ((state = 'refused') = (reason IS NOT NULL))
);
CREATE INDEX score_reviews_waiting ON registration.score_reviews (requested_at, exam, account) WHERE state = 'waiting';

-- How many people an account has looked for today (in China): one row per account, against fishing.
CREATE TABLE registration.roster_looks (
    account uuid PRIMARY KEY REFERENCES registration.accounts,
    day     date NOT NULL,
    looks   integer NOT NULL
);

-- Where a form differs from the roster: fields by name. Absent when there was no roster to compare it with.
ALTER TABLE registration.applications ADD COLUMN review_differences text[];
