-- Results are found by their ticket number alone, and names are compared once they are open: how names are compared can
-- change then without a change of rows. Absent in rows of before until the background has opened them once.
ALTER TABLE registration.past_scores ADD COLUMN by_ticket bytea CHECK (octet_length(by_ticket) = 32);
CREATE INDEX past_scores_of_ticket ON registration.past_scores (exam, by_ticket);
CREATE INDEX past_scores_without_ticket ON registration.past_scores (exam, by_document) WHERE by_ticket IS NULL;
