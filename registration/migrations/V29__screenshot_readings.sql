-- What the machine read on pictures of payments, and by what a picture is found again that looks like another one.
--
-- Expand only: the version before neither reads nor writes any of it. A trigger puts each accepted picture into the queue of
-- the reader, whichever version accepted it; what it removes takes its reading with it.

-- At once, and never for long while another process holds it.
DO $$
BEGIN
    FOR attempt IN 1..60 LOOP
        BEGIN
            SET LOCAL lock_timeout = '800ms';
            LOCK TABLE registration.screenshots IN ACCESS EXCLUSIVE MODE;
            SET LOCAL lock_timeout = 0;
            RETURN;
        EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
            PERFORM pg_sleep(0.05);
        END;
    END LOOP;
    RAISE EXCEPTION 'others hold the table of screenshots: start again when they are done';
END $$;

CREATE TABLE registration.screenshot_readings (
    screenshot     uuid PRIMARY KEY REFERENCES registration.screenshots ON DELETE CASCADE,
    -- marked: compared with others by its looks, and not read, because there is no reader; unread: given up.
    state          text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'marked', 'read', 'unread')),
    -- When it is to be tried next, and how often it was.
    due_at         timestamptz NOT NULL,
    tries          smallint NOT NULL DEFAULT 0,
    -- It was accepted before anything was read: whoever hands in now comes first.
    is_old         boolean NOT NULL DEFAULT false,
    done_at        timestamptz,
    -- What was read, and the lines by which two pictures are compared; sealed.
    said           bytea,
    -- Keyed indexes of the transaction's number, and of the number that the payee gave it.
    number_index   bytea,
    merchant_index bytea
);
CREATE INDEX screenshot_readings_due ON registration.screenshot_readings (is_old, due_at)
    WHERE state IN ('waiting', 'marked');
CREATE INDEX screenshot_readings_of_number ON registration.screenshot_readings (number_index)
    WHERE number_index IS NOT NULL;
CREATE INDEX screenshot_readings_of_merchant ON registration.screenshot_readings (merchant_index)
    WHERE merchant_index IS NOT NULL;

-- The looks of a picture, one row for each line of text on it: the first 64 bits of a keyed index.
CREATE TABLE registration.screenshot_marks (
    mark       bigint NOT NULL,
    screenshot uuid NOT NULL REFERENCES registration.screenshots ON DELETE CASCADE,
    PRIMARY KEY (mark, screenshot)
);
CREATE INDEX screenshot_marks_of_screenshot ON registration.screenshot_marks (screenshot);

CREATE FUNCTION registration.queue_screenshot() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO registration.screenshot_readings (screenshot, due_at) VALUES (NEW.id, NEW.accepted_at)
        ON CONFLICT (screenshot) DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER queue_screenshot AFTER UPDATE OF accepted_at ON registration.screenshots
    FOR EACH ROW WHEN (OLD.accepted_at IS NULL AND NEW.accepted_at IS NOT NULL)
    EXECUTE FUNCTION registration.queue_screenshot();

INSERT INTO registration.screenshot_readings (screenshot, due_at, is_old)
    SELECT id, accepted_at, true FROM registration.screenshots WHERE accepted_at IS NOT NULL;
