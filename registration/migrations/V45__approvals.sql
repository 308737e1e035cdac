-- What two people do together: one asks, another one agrees within a day, and then it is done as it was asked.
--
-- Expand only: the version before asks nobody, and looks at no such row.
CREATE TABLE registration.approvals (
    id         uuid PRIMARY KEY,
    -- What is asked for; a later version has more.
    act        text NOT NULL CHECK (char_length(act) <= 32),
    -- Exactly what, as it will be done: canonical JSON. Who else would be shown a name finds an id here.
    content    text NOT NULL CHECK (octet_length(content) <= 65536),
    -- Of which exam; absent: of none.
    exam       text REFERENCES registration.exams,
    asked_by   uuid NOT NULL REFERENCES registration.staff,
    asked_at   timestamptz NOT NULL,
    expires_at timestamptz NOT NULL CHECK (expires_at > asked_at),
    -- `agreed` is left at once for `done` or `failed`; where it stays, whoever did it died over it.
    state      text NOT NULL DEFAULT 'waiting'
        CHECK (state IN ('waiting', 'agreed', 'done', 'failed', 'refused', 'withdrawn')),
    -- Absent where the operator agreed at the command line, and where the asker took it back.
    decided_by uuid REFERENCES registration.staff,
    decided_at timestamptz,
    -- Why it was not done: a word.
    outcome    text CHECK (char_length(outcome) <= 64),
    -- When the list was taken out that was agreed to.
    used_at    timestamptz,
    CHECK ((state = 'waiting') = (decided_at IS NULL)),
    CONSTRAINT approvals_two_people CHECK (decided_by IS NULL OR decided_by <> asked_by OR state = 'withdrawn')
);
CREATE INDEX approvals_waiting ON registration.approvals (expires_at) WHERE state = 'waiting';
CREATE INDEX approvals_of_asker ON registration.approvals (asked_by, asked_at);
-- The same is asked for once at a time.
CREATE UNIQUE INDEX approvals_once ON registration.approvals (act, md5(content)) WHERE state = 'waiting';
