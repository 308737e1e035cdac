-- From which network an account took seats last, for exams that bound what one network may hold. A network is a keyed
-- index, never an address. One row for each account and exam, and none where an exam has no such bound.
CREATE TABLE registration.seat_networks (
    exam text NOT NULL REFERENCES registration.exams (id) ON DELETE CASCADE,
    account uuid NOT NULL REFERENCES registration.accounts (id) ON DELETE CASCADE,
    network bytea NOT NULL CHECK (octet_length(network) = 32),
    taken_at timestamptz NOT NULL,
    PRIMARY KEY (exam, account)
);
CREATE INDEX seat_networks_of_network ON registration.seat_networks (exam, network, taken_at);
