-- The right to write a pool's ledger is a lease of a process, no longer a lock of a connection; events are believed
-- from one Redis process only; and what the ledger cannot take is kept aside. Only additions: a process of the version
-- before goes on beside them, its cursor fencing it as before.

CREATE TABLE reservation.writers (
    id            uuid PRIMARY KEY,
    -- On Postgres's clock. Whoever has not renewed it by then is replaced.
    until         timestamptz NOT NULL,
    -- The session that renews it. When it is gone so is the process, and nobody waits for `until`.
    pid           integer NOT NULL,
    session_since timestamptz NOT NULL
);

ALTER TABLE reservation.pools
    -- The Redis process, as it names itself and its history, on which the pool was last compared with the ledger.
    ADD COLUMN process text,
    -- Who writes the pool's ledger, as long as its lease lasts. No foreign key: leases are forgotten, pools are not.
    ADD COLUMN writer  uuid;

CREATE TABLE reservation.parked_events (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    pool         text NOT NULL,
    -- The event and the lineage in which its id compares.
    event        text NOT NULL,
    lineage      bigint NOT NULL,
    -- The hold that it spoke of; all absent when the event itself could not be read.
    candidate    text,
    sitting      integer,
    generation   bigint,
    group_number integer,
    state        text,
    reference    text,
    -- Why the ledger did not take it.
    why          text NOT NULL,
    parked_at    timestamptz NOT NULL DEFAULT now()
);
