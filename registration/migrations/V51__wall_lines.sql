-- How a waiting room's line came out: of those who came first, next, last, how many got a seat. Only additions: the version
-- before reads and writes none of it. Nothing here is about anybody.
CREATE TABLE registration.wall_lines (
    exam   text NOT NULL,
    at     timestamptz NOT NULL,
    -- Ten parts of the line in its order: how many stand in each, and how many of them were given a seat.
    tenths json NOT NULL,
    PRIMARY KEY (exam, at)
);
