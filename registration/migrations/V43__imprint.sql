-- What a site says of itself: its name, who runs it, its numbers at the authorities, how it treats personal data, whom to
-- complain to, and what everybody is to know just now. One row, changed by administrators in the browser.
CREATE TABLE registration.imprint (
    is_only    boolean PRIMARY KEY DEFAULT true CHECK (is_only),
    -- The texts as JSON: what a later version adds, this one leaves out and keeps nothing of.
    said       text NOT NULL,
    -- Raised by each change: whoever changes an older one is told so.
    version    bigint NOT NULL CHECK (version > 0),
    changed_at timestamptz NOT NULL,
    changed_by uuid NOT NULL REFERENCES registration.staff
);
