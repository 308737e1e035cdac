-- How often a refused picture of a payment may be handed in again, and how often an order's was refused.
ALTER TABLE registration.exams
    ADD COLUMN resubmit_times smallint NOT NULL DEFAULT 2 CHECK (resubmit_times >= 0);
ALTER TABLE registration.orders
    ADD COLUMN refusals smallint NOT NULL DEFAULT 0;
