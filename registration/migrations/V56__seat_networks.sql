-- From which network an account took seats last, for exams that bound what one network may hold. A network is a keyed
-- index, never an address. One row for each account and exam, and none where an exam has no such bound.

-- Never for long while another process holds the tables: those who ask for them behind us would wait, too.
DO $$
BEGIN
    FOR attempt IN 1..60 LOOP
        BEGIN
            SET LOCAL lock_timeout = '800ms';
            LOCK TABLE registration.accounts, registration.exams IN SHARE ROW EXCLUSIVE MODE;
            SET LOCAL lock_timeout = 0;
            RETURN;
        EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
            PERFORM pg_sleep(0.05);
        END;
    END LOOP;
    RAISE EXCEPTION 'others hold the tables of registration: start again when they are done';
END $$;

CREATE TABLE registration.seat_networks (
    exam text NOT NULL REFERENCES registration.exams (id) ON DELETE CASCADE,
    account uuid NOT NULL REFERENCES registration.accounts (id) ON DELETE CASCADE,
    network bytea NOT NULL CHECK (octet_length(network) = 32),
    taken_at timestamptz NOT NULL,
    PRIMARY KEY (exam, account)
);
CREATE INDEX seat_networks_of_network ON registration.seat_networks (exam, network, taken_at);
