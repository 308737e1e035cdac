-- What this data is for: a demo, where nothing is real, or real candidates. The first server over it decides, for good.
-- The version before knows no such table.
CREATE TABLE registration.site (
    only_row bool PRIMARY KEY DEFAULT true CHECK (only_row),
    is_demo  bool NOT NULL,
    since    timestamptz NOT NULL
);
