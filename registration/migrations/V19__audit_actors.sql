-- Not only staff act: the program itself, a payment gateway and candidates have lines of the audit, too. An action is a
-- code and nothing else; a reason, or another account's number, is a detail.
--
-- Expand only: the version before writes lines of staff without the new columns, and its pages, which join `staff`, show
-- lines of staff alone. Lines of before stay as they were written.
ALTER TABLE registration.audit
    ADD COLUMN actor_kind text NOT NULL DEFAULT 'staff',
    -- Which candidate or gateway; staff are in the column `staff`, and there is one system.
    ADD COLUMN actor_id text,
    ADD COLUMN detail text,
    ALTER COLUMN staff DROP NOT NULL;
-- Lines of before have their staff and the default: nothing needs to be read again.
ALTER TABLE registration.audit
    ADD CONSTRAINT audit_actor CHECK (CASE actor_kind
        WHEN 'staff' THEN staff IS NOT NULL AND actor_id IS NULL
        WHEN 'system' THEN staff IS NULL AND actor_id IS NULL
        WHEN 'candidate' THEN staff IS NULL AND actor_id IS NOT NULL
        WHEN 'gateway' THEN staff IS NULL AND actor_id IS NOT NULL
        ELSE false END) NOT VALID;
