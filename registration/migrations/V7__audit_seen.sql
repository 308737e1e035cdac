-- What was looked at, or decided on: a picture's id, the number of a form's hand-in, when a review was asked for. Absent
-- in lines of before, and where nothing can take the place of what was seen.
ALTER TABLE registration.audit ADD COLUMN seen text;
