-- The ledger: what the engine remembers of exams, sittings and holds. Schema `reservation`.

CREATE TABLE reservation.exams (
    id                  text PRIMARY KEY,
    title               text NOT NULL,
    hold_seconds        integer NOT NULL CHECK (hold_seconds > 0),
    grace_seconds       integer NOT NULL CHECK (grace_seconds >= 0),
    opens_at            timestamptz,
    closes_at           timestamptz,
    acknowledge         text NOT NULL CHECK (acknowledge IN ('redis', 'ledger')),
    -- Sittings are numbered within their exam; numbers are never given twice.
    sitting_number_last integer NOT NULL DEFAULT 0
);

CREATE TABLE reservation.pools (
    id           text PRIMARY KEY,
    exam         text NOT NULL REFERENCES reservation.exams,
    -- Redis answers only callers who know the epoch. It grows whenever Redis may have changed hands.
    epoch        bigint NOT NULL DEFAULT 0,
    -- The epoch of the last restore: event ids of different lineages cannot be compared.
    lineage      bigint NOT NULL DEFAULT 0,
    -- The newest event that the ledger has, and the epoch that wrote it.
    cursor_ms    bigint NOT NULL DEFAULT 0,
    cursor_seq   bigint NOT NULL DEFAULT 0,
    cursor_epoch bigint NOT NULL DEFAULT 0
);

CREATE TABLE reservation.sittings (
    exam         text NOT NULL REFERENCES reservation.exams,
    number       integer NOT NULL CHECK (number > 0),
    id           text NOT NULL,
    pool         text NOT NULL REFERENCES reservation.pools,
    title        text NOT NULL,
    group_id     text,
    group_number integer NOT NULL,
    venue        text,
    starts_at    timestamptz,
    capacity     integer NOT NULL CHECK (capacity >= 0),
    -- Seats that may be confirmed: the capacity or, after it was lowered, what was taken by then.
    promised     integer NOT NULL CHECK (promised >= capacity),
    confirmed    integer NOT NULL DEFAULT 0 CHECK (confirmed >= 0),
    PRIMARY KEY (exam, number),
    CONSTRAINT sitting_id UNIQUE (exam, id),
    CONSTRAINT confirmed_within_promised CHECK (confirmed <= promised)
);

CREATE TABLE reservation.holds (
    exam         text NOT NULL,
    candidate    text NOT NULL,
    sitting      integer NOT NULL,
    generation   bigint NOT NULL,
    group_number integer NOT NULL,
    state        text NOT NULL CHECK (state IN ('held', 'frozen', 'confirmed', 'released', 'expired', 'cancelled')),
    -- When it lapses or would have, with the exam's grace.
    lapses_at    timestamptz NOT NULL,
    changed_at   timestamptz NOT NULL,
    -- What paid for it, or is about to.
    reference    text,
    -- Does Redis know what the ledger decided?
    settled      boolean NOT NULL DEFAULT true,
    -- No foreign key to sittings: rows come by the thousand from Redis, which got its sittings from there.
    PRIMARY KEY (exam, candidate, sitting, generation)
);

CREATE UNIQUE INDEX one_live_hold_per_group ON reservation.holds (exam, candidate, group_number)
    WHERE state IN ('held', 'frozen', 'confirmed');
CREATE INDEX holds_unsettled ON reservation.holds (exam, changed_at) WHERE NOT settled;
CREATE INDEX holds_to_confirm ON reservation.holds (exam, changed_at) WHERE state = 'frozen' AND reference IS NOT NULL;

CREATE TABLE reservation.api_keys (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name       text NOT NULL,
    scope      text NOT NULL CHECK (scope IN ('admin', 'hold')),
    -- SHA-256 of the key; the key itself is shown once and kept nowhere.
    digest     bytea NOT NULL UNIQUE,
    created_at timestamptz NOT NULL DEFAULT now(),
    revoked_at timestamptz
);

-- One row that every change of exams, sittings and keys counts up: processes reload when it moves.
CREATE TABLE reservation.catalogue (
    only_row bool PRIMARY KEY DEFAULT true CHECK (only_row),
    revision bigint NOT NULL DEFAULT 0
);
INSERT INTO reservation.catalogue DEFAULT VALUES;
