-- Sign-ins of staff end when their epoch is raised; who is disabled has none. The version before reads neither column.
ALTER TABLE registration.staff
    ADD COLUMN session_epoch integer NOT NULL DEFAULT 0,
    ADD COLUMN disabled_at   timestamptz;
