-- What the public has of a draw where somebody may have been granted something; and tickets follow the names of sites and rooms.
--
-- Expand only: the version before writes neither column. What it publishes has another commitment than the one that stands here, so what was
-- written for the draw before is not shown for the new one.

DO $$
BEGIN
    FOR attempt IN 1..60 LOOP
        BEGIN
            SET LOCAL lock_timeout = '800ms';
            LOCK TABLE registration.arrangements, registration.rooms, registration.sites IN ACCESS EXCLUSIVE MODE;
            SET LOCAL lock_timeout = 0;
            RETURN;
        EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
            PERFORM pg_sleep(0.05);
        END;
    END LOOP;
    RAISE EXCEPTION 'others hold the tables of registration: start again when they are done';
END $$;

-- The draw of those who were not set aside, with the rooms that were; nothing where all of the record is public, or none of it.
ALTER TABLE registration.arrangements ADD COLUMN public_record text;
-- Of which draw it is.
ALTER TABLE registration.arrangements ADD COLUMN public_commitment text;

-- Another name or address of the site, or another name of the room, stands on tickets.
CREATE FUNCTION registration.rooms_stale_tickets() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Of what is over nobody is told.
    UPDATE registration.tickets t SET stale_at = now() FROM registration.seat_assignments a, registration.exam_sittings e
    WHERE a.room = NEW.id AND (t.exam, t.sitting, t.order_id) = (a.exam, a.sitting, a.order_id) AND t.revoked_at IS NULL
        AND (e.exam, e.id) = (a.exam, a.sitting) AND e.starts_at > now() - interval '1 day';
    RETURN NULL;
END $$;
CREATE TRIGGER stale_tickets AFTER UPDATE OF name ON registration.rooms
    FOR EACH ROW WHEN (OLD.name IS DISTINCT FROM NEW.name) EXECUTE FUNCTION registration.rooms_stale_tickets();

CREATE FUNCTION registration.sites_stale_tickets() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE registration.tickets t SET stale_at = now()
    FROM registration.seat_assignments a, registration.rooms r, registration.exam_sittings e
    WHERE r.site = NEW.id AND a.room = r.id AND (t.exam, t.sitting, t.order_id) = (a.exam, a.sitting, a.order_id)
        AND t.revoked_at IS NULL AND (e.exam, e.id) = (a.exam, a.sitting) AND e.starts_at > now() - interval '1 day';
    RETURN NULL;
END $$;
CREATE TRIGGER stale_tickets AFTER UPDATE OF name_zh, address_zh ON registration.sites
    FOR EACH ROW WHEN (OLD.name_zh IS DISTINCT FROM NEW.name_zh OR OLD.address_zh IS DISTINCT FROM NEW.address_zh)
    EXECUTE FUNCTION registration.sites_stale_tickets();
