-- Sign-ins that their candidates have ended before their time: a copy of such a cookie opens nothing. A row is kept until
-- the sign-in would have ended by itself.
CREATE TABLE registration.ended_sessions (
    session uuid PRIMARY KEY,
    until   timestamptz NOT NULL
);
CREATE INDEX ended_sessions_until ON registration.ended_sessions (until);

-- A phone that was let in by a code is let in for as long as the sign-in that showed the code.
ALTER TABLE registration.identity_handovers ADD COLUMN session uuid;
