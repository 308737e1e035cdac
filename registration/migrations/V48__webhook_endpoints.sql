-- Webhooks: other systems that are told what has happened. Endpoints are entered by staff; nothing is told while there is none.
CREATE TABLE registration.webhook_endpoints (
    id            uuid PRIMARY KEY,
    -- As it was checked when it was entered; it is checked again before each request.
    url           text NOT NULL,
    description   text NOT NULL,
    -- Which kinds of events it is told.
    kinds         text[] NOT NULL,
    -- Null: of all exams, and of what is of none.
    exams         text[],
    -- Sealed by the vault. While one replaces the other both sign, until the moment that is named.
    secret        bytea NOT NULL,
    old_secret    bytea,
    old_until     timestamptz,
    made_at       timestamptz NOT NULL,
    made_by       uuid NOT NULL REFERENCES registration.staff,
    -- Since when every try has failed; null after one that went well.
    failing_since timestamptz,
    disabled_at   timestamptz,
    disabled_why  text CHECK (disabled_why IN ('staff', 'gone', 'failing', 'overflow')),
    CHECK ((old_secret IS NULL) = (old_until IS NULL)),
    CHECK ((disabled_at IS NULL) = (disabled_why IS NULL))
);
