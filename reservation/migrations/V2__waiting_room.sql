-- Waiting rooms: what all processes must agree on. Who stands where is in Redis.

CREATE TABLE reservation.waiting_rooms (
    exam             text PRIMARY KEY REFERENCES reservation.exams,
    mode             text NOT NULL CHECK (mode IN ('off', 'automatic', 'on')),
    -- Absent: steered by the free seats and the engine's headroom.
    admit_per_second integer CHECK (admit_per_second > 0),
    -- Counts up whenever a new line is drawn; Redis drops the line of an earlier round.
    round            integer NOT NULL DEFAULT 1,
    -- Shuffles those who come before the opening. Its SHA-256 is public from the start, itself after the opening.
    seed             bytea NOT NULL CHECK (length(seed) = 32),
    -- Signs passes and tickets; never leaves the engine.
    pass_key         bytea NOT NULL CHECK (length(pass_key) = 32)
);
