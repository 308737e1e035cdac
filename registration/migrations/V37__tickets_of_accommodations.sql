-- What was granted to a candidate (便利) stands on the admission ticket: another decision, a request that is taken back, and
-- one that moves to another account make tickets stale.
--
-- Expand only: the version before issues tickets that do not say what was granted, and what staff decide under it makes them stale,
-- too. Where both serve pages, a ticket of somebody who was granted something is issued by each in turn: end the version before
-- before tickets can be printed.

-- Never for long while another process holds the table.
DO $$
BEGIN
    FOR attempt IN 1..60 LOOP
        BEGIN
            SET LOCAL lock_timeout = '800ms';
            LOCK TABLE registration.accommodations IN SHARE ROW EXCLUSIVE MODE;
            SET LOCAL lock_timeout = 0;
            RETURN;
        EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
            PERFORM pg_sleep(0.05);
        END;
    END LOOP;
    RAISE EXCEPTION 'others hold the tables of registration: start again when they are done';
END $$;

CREATE FUNCTION registration.accommodations_stale_tickets() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE registration.tickets t SET stale_at = now() FROM registration.orders o
    WHERE t.order_id = o.id AND t.revoked_at IS NULL
        -- Of what there is no row before, or none any more, both are null.
        AND o.account IN (OLD.account, NEW.account) AND o.exam IN (OLD.exam, NEW.exam);
    RETURN NULL;
END $$;
-- Nothing is granted by what is only asked for.
CREATE TRIGGER stale_tickets_of_new AFTER INSERT ON registration.accommodations
    FOR EACH ROW WHEN (NEW.decision IS NOT NULL) EXECUTE FUNCTION registration.accommodations_stale_tickets();
CREATE TRIGGER stale_tickets AFTER UPDATE OF decision, account, exam ON registration.accommodations
    FOR EACH ROW WHEN (OLD.decision IS DISTINCT FROM NEW.decision OR OLD.account IS DISTINCT FROM NEW.account
        OR OLD.exam IS DISTINCT FROM NEW.exam)
    EXECUTE FUNCTION registration.accommodations_stale_tickets();
CREATE TRIGGER stale_tickets_of_gone AFTER DELETE ON registration.accommodations
    FOR EACH ROW WHEN (OLD.decision IS NOT NULL) EXECUTE FUNCTION registration.accommodations_stale_tickets();
