-- Second opinions: of some cases, drawn by chance, somebody else of the staff decides without knowing what the first one said;
-- where they differ, a third one does, who sees both. An opinion is a decision that nothing has followed from.
--
-- Expand only: the version before gives such a case to whoever comes next, and carries out what they say.

CREATE TABLE registration.case_opinions (
    -- It references no case: the check would lock a row that everybody works on.
    case_id  bigint NOT NULL,
    -- Of which of what was handed in; another one is decided anew.
    version  text NOT NULL,
    staff    uuid NOT NULL REFERENCES registration.staff,
    outcome  text NOT NULL CHECK (outcome IN ('passed', 'refused')),
    -- The decision, sealed as it was noted.
    noted    bytea NOT NULL,
    given_at timestamptz NOT NULL,
    PRIMARY KEY (case_id, version, staff)
);
CREATE INDEX case_opinions_given ON registration.case_opinions (given_at);
