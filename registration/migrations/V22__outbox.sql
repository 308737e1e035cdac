-- What must leave: messages to candidates today, later what other systems are told. A row stays for a while after it is
-- done, so that it can be seen what was sent when. `payload` is what the words need besides, an order's number for
-- example: never a name, a number of a document or a mobile.
CREATE TABLE registration.outbox (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    topic       text NOT NULL,
    kind        text NOT NULL,
    account     uuid REFERENCES registration.accounts ON DELETE CASCADE,
    exam        text REFERENCES registration.exams,
    payload     jsonb NOT NULL DEFAULT '{}',
    made_at     timestamptz NOT NULL,
    next_try_at timestamptz NOT NULL,
    tries       smallint NOT NULL DEFAULT 0,
    done_at     timestamptz,
    outcome     text CHECK (outcome IN ('sent', 'undeliverable', 'given_up')),
    CHECK ((done_at IS NULL) = (outcome IS NULL))
);
CREATE INDEX outbox_due ON registration.outbox (next_try_at, id) WHERE done_at IS NULL;
CREATE INDEX outbox_done ON registration.outbox (done_at) WHERE done_at IS NOT NULL;
CREATE INDEX outbox_of_account ON registration.outbox (account, id);

-- Each try of a row, by the number of the try: which way it went and how that ended. Never to which address or mobile.
CREATE TABLE registration.outbox_attempts (
    outbox bigint NOT NULL REFERENCES registration.outbox ON DELETE CASCADE,
    number smallint NOT NULL,
    at     timestamptz NOT NULL,
    -- Null when there was no way to take.
    way    text,
    result text NOT NULL,
    PRIMARY KEY (outbox, number)
);

-- The version before writes `notices` and sends from there, beside this one; what it left waiting is moved here and goes
-- on each round of this one's. A row that is not due was taken a moment ago by a process that may be sending it: it is
-- moved once it is due again. `notices` itself goes in a later migration, when no process writes it any more.
WITH gone AS (
    DELETE FROM registration.notices WHERE id IN
        (SELECT id FROM registration.notices WHERE next_try_at <= now() FOR UPDATE SKIP LOCKED)
    RETURNING account, exam, kind, made_at, next_try_at, tries
)
INSERT INTO registration.outbox (topic, account, exam, kind, made_at, next_try_at, tries)
SELECT 'message', account, exam, kind, made_at, next_try_at, tries FROM gone;
