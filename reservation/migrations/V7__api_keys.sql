-- Keys: several scopes each, for some exams only, with an end, who made them, and when they were last used.
--
-- Expand only. The version before knows `scope` alone: a key that it would take for more than it is stands there as `other`,
-- with which it may do nothing. A key without `scopes` was made by that version.
ALTER TABLE reservation.api_keys DROP CONSTRAINT api_keys_scope_check;
ALTER TABLE reservation.api_keys
    ADD CONSTRAINT api_keys_scope_check CHECK (scope IN ('admin', 'hold', 'metrics', 'other'));
ALTER TABLE reservation.api_keys
    -- What it may do: `read`, `hold`, `confirm`, `metrics`, `admin`.
    ADD COLUMN scopes       text[],
    -- Null: all exams.
    ADD COLUMN exams        text[],
    -- When it ends by itself.
    ADD COLUMN expires_at   timestamptz,
    -- The login name of who made it; null: the operator at the command line.
    ADD COLUMN made_by      text,
    -- The last characters of the key, which are of its checksum, so that it is known again.
    ADD COLUMN ending       text,
    -- At most a minute behind.
    ADD COLUMN last_used_at timestamptz,
    -- The key that was made in its place: once.
    ADD COLUMN replaced_by  bigint;
