-- By which networks seats went, as shares. Only additions: the version before reads and writes none of it.

-- For two hours after an opening: how many seats were given to each network of candidates, counted by each process. A network
-- is an index under a key, made for this opening alone, so that it is no other table's; empty are those that a process had no
-- room for. Nothing here names an account, an order or a moment.
CREATE TABLE registration.wall_networks (
    exam      text NOT NULL,
    opened_at timestamptz NOT NULL,
    network   bytea NOT NULL CHECK (octet_length(network) IN (0, 32)),
    process   uuid NOT NULL,
    seats     bigint NOT NULL CHECK (seats > 0),
    -- What is over is found in this order, and nothing else is read for it.
    PRIMARY KEY (opened_at, exam, network, process)
);

-- What stays: sums, as they stood at a moment.
CREATE TABLE registration.wall_shares (
    exam        text NOT NULL,
    at          timestamptz NOT NULL,
    networks    bigint NOT NULL,
    seats       bigint NOT NULL,
    -- Seats of the network that has most, and of the ten that have most.
    largest     bigint NOT NULL,
    ten_largest bigint NOT NULL,
    -- Seats of networks that were not told apart, because there were too many.
    others      bigint NOT NULL,
    PRIMARY KEY (exam, at)
);
