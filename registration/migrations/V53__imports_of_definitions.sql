-- Imports of sittings and organisations (场次、组织机构): the exam that a list was held against, and whether applying it has come to
-- the engine's part.
--
-- Expand only: the version before does not know the columns. It takes imports of any kind, and these, which it does not know, it gives
-- up: such lists are brought once no process of it runs any more.

ALTER TABLE registration.imports
    -- SHA-256 of the exam as files, in hexadecimal.
    ADD COLUMN base text,
    -- The version of the exam that pages showed when the engine was first asked; nothing: it was not.
    ADD COLUMN begun_version bigint;
