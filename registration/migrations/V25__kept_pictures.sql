-- Pictures of people that are kept: where the file of one lies whose account is another one since, and when somebody last
-- looked whether anything still names it. The version before reads neither.
ALTER TABLE registration.identity_pictures
    -- The account under which the file was sealed; absent where it is the row's own.
    ADD COLUMN sealed_for uuid,
    ADD COLUMN looked_at  timestamptz;
CREATE INDEX identity_pictures_kept ON registration.identity_pictures (coalesce(looked_at, created_at))
    WHERE state = 'kept';
