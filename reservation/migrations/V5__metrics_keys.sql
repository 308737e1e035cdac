-- A key may be for reading the counters alone. The version before knows no such scope and lets such a key do nothing.
ALTER TABLE reservation.api_keys DROP CONSTRAINT api_keys_scope_check;
ALTER TABLE reservation.api_keys ADD CONSTRAINT api_keys_scope_check CHECK (scope IN ('admin', 'hold', 'metrics'));
