-- By what a picture of a payment is found again when it is handed in for another order: keyed indexes of the file as it
-- came and of what was kept of it. Pictures from before have none.
ALTER TABLE registration.screenshots
    ADD COLUMN file_index bytea,
    ADD COLUMN kept_index bytea;
CREATE INDEX screenshots_of_file ON registration.screenshots (file_index) WHERE file_index IS NOT NULL;
CREATE INDEX screenshots_of_kept ON registration.screenshots (kept_index) WHERE kept_index IS NOT NULL;
