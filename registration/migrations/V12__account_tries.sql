-- How often a code for another password was tried on a day (of China), by what was typed as the login name: on all
-- processes together, and whether there is such an account or not.
CREATE TABLE registration.account_tries (
    subject bytea NOT NULL CHECK (octet_length(subject) = 32),
    day     date NOT NULL,
    count   integer NOT NULL CHECK (count >= 0),
    PRIMARY KEY (subject, day)
);
CREATE INDEX account_tries_old ON registration.account_tries (day);
