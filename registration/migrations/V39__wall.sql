-- The wall: where an exam's seats were in which second, and what was asked for. Only additions: the version before reads
-- and writes none of it. Nothing in these tables is about anybody.

-- One row a second and exam while something goes on, one in ten seconds while nothing does; thinned to one a minute after
-- days, gone after months.
CREATE TABLE registration.wall_seconds (
    exam   text NOT NULL,
    at     timestamptz NOT NULL,
    -- Sums over all sittings, and counters since the beginning.
    totals json NOT NULL,
    -- Each sitting, and which clocks run out when. Absent where it is as in the row before; each row of a whole minute has it.
    detail json,
    PRIMARY KEY (exam, at)
);
CREATE INDEX wall_seconds_by_time ON registration.wall_seconds USING brin (at);

-- How often each process was asked for seats, and what became of it. Those of processes that are gone are added up under
-- the number 0.
CREATE TABLE registration.wall_counts (
    process uuid NOT NULL,
    exam    text NOT NULL,
    outcome text NOT NULL,
    count   bigint NOT NULL CHECK (count >= 0),
    PRIMARY KEY (process, exam, outcome)
);

-- What each process said of itself last: its version, how long requests took, how far its ledgers are behind.
CREATE TABLE registration.wall_processes (
    process uuid PRIMARY KEY,
    seen_at timestamptz NOT NULL,
    report  json NOT NULL
);

-- Which process writes the seconds, as long as it renews that.
CREATE TABLE registration.wall_sampler (
    only_row bool PRIMARY KEY DEFAULT true CHECK (only_row),
    process  uuid NOT NULL,
    until    timestamptz NOT NULL
);
