-- What the version before knows of each table goes into a schema of its own migrations; what it does not know is gone.
-- No trigger, and no look at other tables, while they come in any order.
SET session_replication_role = replica;
CREATE TABLE registration.schema_history (LIKE later.schema_history INCLUDING ALL);
INSERT INTO registration.schema_history SELECT * FROM later.schema_history WHERE version <= VERSION;
DO $$
DECLARE
    name text;
    columns text;
BEGIN
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'registration' AND tablename <> 'schema_history' LOOP
        SELECT string_agg(quote_ident(a.column_name), ', ') INTO columns
        FROM information_schema.columns a
        JOIN information_schema.columns b USING (table_name, column_name)
        WHERE a.table_schema = 'registration' AND b.table_schema = 'later' AND a.table_name = name
            AND a.is_generated = 'NEVER' AND b.is_generated = 'NEVER';
        -- That version knew staff only: what others did it had no line for.
        EXECUTE format(
            'INSERT INTO registration.%I (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM later.%I %s',
            name, columns, columns, name, CASE name WHEN 'audit' THEN 'WHERE staff IS NOT NULL' ELSE '' END);
    END LOOP;
    PERFORM setval(format('registration.%I', now.sequencename)::regclass, was.last_value)
    FROM pg_sequences now
    JOIN pg_sequences was ON was.sequencename = now.sequencename AND was.schemaname = 'later'
    WHERE now.schemaname = 'registration' AND was.last_value IS NOT NULL;
END $$;
SET session_replication_role = DEFAULT;
DROP SCHEMA later CASCADE;
