-- Lines of the audit are linked, so that whoever changes, removes or slips in one is found out: each link has the line's
-- bytes as they were hashed, and the hash goes over the link before.
--
-- Expand only: lines are still written by one INSERT, whichever version does it. Linking follows within seconds, by one
-- process at a time, so that no act waits for another one's transaction.
-- Never for long while another process holds the table.
DO $$
BEGIN
    FOR attempt IN 1..60 LOOP
        BEGIN
            SET LOCAL lock_timeout = '800ms';
            LOCK TABLE registration.audit IN SHARE ROW EXCLUSIVE MODE;
            SET LOCAL lock_timeout = 0;
            RETURN;
        EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
            PERFORM pg_sleep(0.05);
        END;
    END LOOP;
    RAISE EXCEPTION 'others hold the audit: start again when they are done';
END $$;

CREATE TABLE registration.audit_head (
    is_only   boolean PRIMARY KEY DEFAULT true CHECK (is_only),
    -- Which chain it is: hashed into every link.
    chain     uuid NOT NULL,
    seq       bigint NOT NULL CHECK (seq >= 0),
    hash      bytea NOT NULL CHECK (octet_length(hash) = 32),
    -- Lines up to this one were there before the chain: nobody can say what had happened to them.
    older     bigint NOT NULL
);
INSERT INTO registration.audit_head (chain, seq, hash, older)
SELECT gen_random_uuid(), 0, decode(repeat('00', 32), 'hex'), coalesce(max(id), 0) FROM registration.audit;

CREATE TABLE registration.audit_chain (
    seq       bigint PRIMARY KEY CHECK (seq > 0),
    line      bigint NOT NULL UNIQUE REFERENCES registration.audit,
    bytes     bytea NOT NULL,
    sealed_at timestamptz NOT NULL,
    hash      bytea NOT NULL CHECK (octet_length(hash) = 32)
);

CREATE TRIGGER audit_stays BEFORE UPDATE OR DELETE ON registration.audit
    FOR EACH ROW EXECUTE FUNCTION registration.refuse_change();
CREATE TRIGGER audit_stays_whole BEFORE TRUNCATE ON registration.audit
    FOR EACH STATEMENT EXECUTE FUNCTION registration.refuse_change();
CREATE TRIGGER audit_chain_stays BEFORE UPDATE OR DELETE ON registration.audit_chain
    FOR EACH ROW EXECUTE FUNCTION registration.refuse_change();
CREATE TRIGGER audit_chain_stays_whole BEFORE TRUNCATE ON registration.audit_chain
    FOR EACH STATEMENT EXECUTE FUNCTION registration.refuse_change();

-- What the audit is searched by.
CREATE INDEX audit_of_staff ON registration.audit (staff, id) WHERE staff IS NOT NULL;
CREATE INDEX audit_of_action ON registration.audit (action, id);
CREATE INDEX audit_at ON registration.audit (at, id);
