-- What candidates are told by letter or message, until it is sent. Nothing here says why: they sign in to read that.
CREATE TABLE registration.notices (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account     uuid NOT NULL REFERENCES registration.accounts ON DELETE CASCADE,
    exam        text REFERENCES registration.exams,
    kind        text NOT NULL,
    made_at     timestamptz NOT NULL,
    next_try_at timestamptz NOT NULL,
    tries       smallint NOT NULL DEFAULT 0
);
CREATE INDEX notices_due ON registration.notices (next_try_at);
