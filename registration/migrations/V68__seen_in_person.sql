-- Staff confirm in person who somebody is: a way of the face check, and its lines of the audit in the candidate's history, whether or
-- not a case ever waited.
--
-- Expand only: the version before takes a check that passed so for one that passed, and reads the view by the same columns.

-- Never for long while another process holds the table: those who ask for it behind us would wait, too. The view first, as whoever
-- reads it takes both.
DO $$
BEGIN
    FOR attempt IN 1..60 LOOP
        BEGIN
            SET LOCAL lock_timeout = '800ms';
            CREATE OR REPLACE VIEW registration.candidate_subjects AS
                SELECT id AS account, NULL::text AS exam, upper(replace(id::text, '-', '')) AS subject
                FROM registration.accounts
                UNION SELECT id, NULL, 'identity.' || id FROM registration.accounts
                UNION SELECT account, exam, id FROM registration.orders
                UNION SELECT account, exam, 'application ' || exam || ' ' || account FROM registration.applications
                UNION SELECT account, exam, subject FROM registration.cases WHERE kind <> 'identity'
                UNION SELECT account, exam, 'face.' || account || '.' || exam FROM registration.face_checks
                -- The check goes when the account is corrected; what was done stays to be read.
                UNION SELECT account, exam, 'face.' || account || '.' || exam FROM registration.applications
                UNION SELECT o.account, o.exam, 'payment.' || replace(p.payment::text, '-', '')
                    FROM registration.orders o JOIN registration.payment_orders p ON p.order_id = o.id;
            LOCK TABLE registration.face_checks IN ACCESS EXCLUSIVE MODE;
            SET LOCAL lock_timeout = 0;
            RETURN;
        EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
            PERFORM pg_sleep(0.05);
        END;
    END LOOP;
    RAISE EXCEPTION 'others hold the table of face checks: start again when they are done';
END $$;

ALTER TABLE registration.face_checks DROP CONSTRAINT face_checks_way_check;
ALTER TABLE registration.face_checks ADD CONSTRAINT face_checks_way_check
    CHECK (way IN ('face', 'liveness', 'holding', 'in_person')) NOT VALID;
