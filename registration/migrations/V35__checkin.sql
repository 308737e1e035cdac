-- Check-in at doors: who works where, what devices scanned, and whoever was let in with a doubt about who it is. And staff
-- who do nothing else.
--
-- Expand only: the version before knows none of the tables, and no invigilators: none may be added before it is gone.

-- Never for long while another process holds the table.
DO $$
BEGIN
    FOR attempt IN 1..60 LOOP
        BEGIN
            SET LOCAL lock_timeout = '800ms';
            LOCK TABLE registration.staff IN ACCESS EXCLUSIVE MODE;
            SET LOCAL lock_timeout = 0;
            RETURN;
        EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
            PERFORM pg_sleep(0.05);
        END;
    END LOOP;
    RAISE EXCEPTION 'others hold the table of staff: start again when they are done';
END $$;

ALTER TABLE registration.staff DROP CONSTRAINT staff_role_check;
ALTER TABLE registration.staff
    ADD CONSTRAINT staff_role_check CHECK (role IN ('reviewer', 'finance', 'invigilator', 'administrator')) NOT VALID;

-- At which doors an invigilator works. Administrators may at all of them.
CREATE TABLE registration.invigilators (
    exam     text NOT NULL REFERENCES registration.exams,
    sitting  text NOT NULL,
    site     uuid NOT NULL REFERENCES registration.sites,
    staff    uuid NOT NULL REFERENCES registration.staff,
    given_by uuid NOT NULL REFERENCES registration.staff,
    given_at timestamptz NOT NULL,
    PRIMARY KEY (exam, sitting, site, staff)
);
CREATE INDEX invigilators_of_staff ON registration.invigilators (staff);

-- What was scanned: only ever added to. The id is the device's, so that a scan that comes again is known.
CREATE TABLE registration.scans (
    id             uuid PRIMARY KEY,
    exam           text NOT NULL REFERENCES registration.exams,
    sitting        text NOT NULL,
    site           uuid NOT NULL REFERENCES registration.sites,
    device         uuid NOT NULL,
    staff          uuid NOT NULL REFERENCES registration.staff,
    -- Whose ticket it is; absent where no ticket of the exam was shown.
    serial         bigint REFERENCES registration.tickets (serial),
    -- Then: what was shown instead, as it was read or typed.
    shown          text CHECK (char_length(shown) <= 256),
    -- At which room's door; absent at that of the site.
    room           smallint CHECK (room > 0),
    -- By our clock; by the device's; what the device's clock said when it was sent; when it came.
    at             timestamptz NOT NULL,
    device_at      timestamptz NOT NULL,
    sent_at        timestamptz NOT NULL,
    received_at    timestamptz NOT NULL,
    -- What the device said, and what we say, in the same words.
    device_verdict text NOT NULL,
    verdict        text NOT NULL,
    act            text NOT NULL CHECK (act IN ('admitted', 'refused', 'doubtful')),
    CHECK (serial IS NULL OR shown IS NULL)
);
CREATE INDEX scans_of_site ON registration.scans (exam, sitting, site, at);
CREATE INDEX scans_of_ticket ON registration.scans (serial) WHERE serial IS NOT NULL;

-- Whoever was let in with a doubt (存疑), whose photo lies in the file store until both signatures are old. Two members of
-- staff say who it was, each for themselves.
CREATE TABLE registration.doubtful_entries (
    id           uuid PRIMARY KEY,
    scan         uuid NOT NULL CONSTRAINT doubtful_entries_one_per_scan UNIQUE,
    exam         text NOT NULL REFERENCES registration.exams,
    sitting      text NOT NULL,
    site         uuid NOT NULL REFERENCES registration.sites,
    serial       bigint NOT NULL REFERENCES registration.tickets (serial),
    staff        uuid NOT NULL REFERENCES registration.staff,
    -- How often the person was held against the photo before.
    tries        smallint NOT NULL CHECK (tries BETWEEN 0 AND 100),
    at           timestamptz NOT NULL,
    received_at  timestamptz NOT NULL,
    -- When the photo was removed.
    removed_at   timestamptz,
    first_by     uuid REFERENCES registration.staff,
    first_says   text CHECK (first_says IN ('same', 'other')),
    first_note   text,
    first_at     timestamptz,
    second_by    uuid REFERENCES registration.staff,
    second_says  text CHECK (second_says IN ('same', 'other')),
    second_note  text,
    second_at    timestamptz,
    CHECK (num_nulls(first_by, first_says, first_note, first_at) IN (0, 4)),
    CHECK (num_nulls(second_by, second_says, second_note, second_at) IN (0, 4)),
    CHECK (second_by IS NULL OR first_by IS NOT NULL),
    CONSTRAINT doubtful_entries_two_people CHECK (second_by <> first_by)
);
CREATE INDEX doubtful_entries_of_site ON registration.doubtful_entries (exam, sitting, site, at);
CREATE INDEX doubtful_entries_of_ticket ON registration.doubtful_entries (serial);
CREATE INDEX doubtful_entries_kept ON registration.doubtful_entries (received_at) WHERE removed_at IS NULL;

CREATE FUNCTION registration.scans_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was scanned at a door is only ever added to';
END $$;
CREATE TRIGGER scans_stay BEFORE UPDATE OR DELETE ON registration.scans
    FOR EACH ROW EXECUTE FUNCTION registration.scans_stay();
CREATE TRIGGER scans_stay_whole BEFORE TRUNCATE ON registration.scans
    FOR EACH STATEMENT EXECUTE FUNCTION registration.scans_stay();

-- What was said of an entry stays, and of what it was.
CREATE FUNCTION registration.doubtful_entries_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.scan, NEW.exam, NEW.sitting, NEW.site, NEW.serial, NEW.staff, NEW.tries, NEW.at, NEW.received_at)
        IS DISTINCT FROM
            (OLD.scan, OLD.exam, OLD.sitting, OLD.site, OLD.serial, OLD.staff, OLD.tries, OLD.at, OLD.received_at)
        OR (OLD.first_by IS NOT NULL AND (NEW.first_by, NEW.first_says, NEW.first_note)
            IS DISTINCT FROM (OLD.first_by, OLD.first_says, OLD.first_note))
        OR (OLD.second_by IS NOT NULL AND (NEW.second_by, NEW.second_says, NEW.second_note)
            IS DISTINCT FROM (OLD.second_by, OLD.second_says, OLD.second_note)) THEN
        RAISE EXCEPTION 'what was signed about an entry in doubt stays';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER doubtful_entries_move BEFORE UPDATE ON registration.doubtful_entries
    FOR EACH ROW EXECUTE FUNCTION registration.doubtful_entries_move();
