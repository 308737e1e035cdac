-- Waiting lists: how each exam's are set, and who waits where. A process of the version before reads neither and writes
-- neither: an exam is given a list when all processes know them (docs/waiting-list.md).

CREATE TABLE reservation.waiting_lists (
    exam          text PRIMARY KEY REFERENCES reservation.exams,
    -- Are waits taken and offers made? Switched off, the list stays as it is and what was kept for it is everybody's.
    is_on         boolean NOT NULL,
    -- One list for each sitting, or one for each group. Does not change while somebody waits.
    per           text NOT NULL CHECK (per IN ('sitting', 'group')),
    offer_seconds integer NOT NULL CHECK (offer_seconds > 0),
    -- To whom a seat goes that comes back.
    returns       text NOT NULL CHECK (returns IN ('list_first', 'everybody')),
    -- Who let so many offers pass is off the list for good.
    lapses_max    integer NOT NULL CHECK (lapses_max > 0)
);

CREATE TABLE reservation.waits (
    exam         text NOT NULL,
    candidate    text NOT NULL,
    group_number integer NOT NULL,
    pool         text NOT NULL,
    -- The number of the list: its sitting's or its group's.
    list         integer NOT NULL,
    -- The order in the list. It comes from the same counter as generations, so later waits have higher ones, for good.
    number       bigint NOT NULL,
    -- Offers that were let pass or given back.
    lapses       integer NOT NULL CHECK (lapses >= 0),
    state        text NOT NULL CHECK (state IN ('waiting', 'offered', 'left', 'seated')),
    -- The hold that is or was the last offer; 0 before the first.
    generation   bigint NOT NULL,
    sitting      integer NOT NULL,
    changed_at   timestamptz NOT NULL,
    -- Does whoever tells candidates know of this state? Set by them alone, see `told` in ledger/waits.rs.
    is_told      boolean NOT NULL DEFAULT false,
    -- One place per candidate and group.
    PRIMARY KEY (exam, candidate, group_number)
);

CREATE INDEX waits_in_line ON reservation.waits (exam, list, number) WHERE state = 'waiting';
CREATE INDEX waits_of_pool ON reservation.waits (pool);
CREATE INDEX waits_to_tell ON reservation.waits (exam, changed_at) WHERE NOT is_told;
