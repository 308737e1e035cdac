-- Refunds that staff give back by hand, where no channel does: by which transfer, why, and who says so. And a refund by the
-- word of staff may be wanted anew once an earlier one has come to nothing, because nobody agreed in time, say.
--
-- Expand only: what the version before adds is the first of its reason, as ever, and it gives nothing back by hand above
-- the limit.

-- All at once, and never for long while another process holds one of them: two that wait for each other would both fail.
DO $$
BEGIN
    FOR attempt IN 1..60 LOOP
        BEGIN
            SET LOCAL lock_timeout = '800ms';
            LOCK TABLE registration.refunds, registration.staff IN ACCESS EXCLUSIVE MODE;
            SET LOCAL lock_timeout = 0;
            RETURN;
        EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
            PERFORM pg_sleep(0.05);
        END;
    END LOOP;
    RAISE EXCEPTION 'others hold the tables of registration: start again when they are done';
END $$;

ALTER TABLE registration.refunds
    -- What the bank calls the transfer, why it went so, and who wrote that down.
    ADD COLUMN hand_reference text CHECK (char_length(hand_reference) BETWEEN 1 AND 100),
    ADD COLUMN hand_reason    text,
    ADD COLUMN hand_by        uuid REFERENCES registration.staff,
    -- Nobody agreed to it in time.
    ADD COLUMN is_expired     boolean NOT NULL DEFAULT false,
    -- The first, the second … of its reason.
    ADD COLUMN turn           integer NOT NULL DEFAULT 1 CHECK (turn > 0),
    ADD CONSTRAINT refunds_by_hand CHECK ((hand_reference IS NULL) = (hand_by IS NULL)
        AND (hand_reference IS NULL) = (hand_reason IS NULL)),
    DROP CONSTRAINT refunds_one_a_reason;
ALTER TABLE registration.refunds
    -- The version before names it.
    ADD CONSTRAINT refunds_one_a_reason UNIQUE (payment, order_id, reason, turn);
CREATE INDEX refunds_asked ON registration.refunds (created_at) WHERE state = 'asked';
CREATE INDEX refunds_expired ON registration.refunds (ended_at) WHERE is_expired;
