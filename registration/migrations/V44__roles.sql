-- Eight roles, each for all there is or for some exams, sites and schools; and the school of whoever is bound to a roster.
--
-- Expand only. The version before knows four roles, each for everything: for whoever is there for less, or for something else,
-- `role` says `invigilator` to it, who may do nothing but where somebody said so. It never gives more than this version would.
-- What it writes has no `acts_as`, and counts as it is.

-- Never for long while another process holds the tables.
DO $$
BEGIN
    FOR attempt IN 1..60 LOOP
        BEGIN
            SET LOCAL lock_timeout = '800ms';
            LOCK TABLE registration.staff, registration.bindings IN ACCESS EXCLUSIVE MODE;
            SET LOCAL lock_timeout = 0;
            RETURN;
        EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
            PERFORM pg_sleep(0.05);
        END;
    END LOOP;
    RAISE EXCEPTION 'others hold the tables of staff and bindings: start again when they are done';
END $$;

ALTER TABLE registration.staff
    ADD COLUMN acts_as text CONSTRAINT staff_acts_as CHECK (acts_as IN ('registrar', 'reviewer', 'finance', 'seating',
        'invigilator', 'operator', 'auditor', 'administrator')),
    -- For which they work; absent: for all.
    ADD COLUMN of_exams text[] CHECK (cardinality(of_exams) BETWEEN 1 AND 200),
    ADD COLUMN of_sites uuid[] CHECK (cardinality(of_sites) BETWEEN 1 AND 200),
    ADD COLUMN of_schools text[] CHECK (cardinality(of_schools) BETWEEN 1 AND 200),
    ADD CONSTRAINT staff_limits_are_known CHECK (acts_as IS NOT NULL
        OR (of_exams IS NULL AND of_sites IS NULL AND of_schools IS NULL));

-- The campus that the sealed record names, so that it can be asked for. Absent where it was bound by the version before: then
-- what the candidate has ordered says whose they are.
ALTER TABLE registration.bindings ADD COLUMN campus text;

-- Is this organisation of an exam one of these, or below one of them? There are three levels.
CREATE FUNCTION registration.is_below(of_exam text, of_code text, any_of text[]) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT of_code = ANY (any_of) OR EXISTS (
        SELECT FROM registration.exam_organisations c
        LEFT JOIN registration.exam_organisations p ON p.exam = c.exam AND p.code = c.parent
        WHERE c.exam = of_exam AND c.code = of_code AND (c.parent = ANY (any_of) OR p.parent = ANY (any_of)))
$$;

-- Is this candidate of an exam one of these schools'? By the roster; where that does not say, by the sittings of an order.
CREATE FUNCTION registration.is_of_schools(of_exam text, of_account uuid, schools text[]) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT coalesce(
        (SELECT coalesce(registration.is_below(b.exam, b.campus, schools), false) FROM registration.bindings b
         WHERE b.exam = of_exam AND b.account = of_account AND b.campus IS NOT NULL),
        EXISTS (
            SELECT FROM registration.orders o
            JOIN registration.order_sittings s ON s.order_id = o.id
            JOIN registration.exam_sittings e ON e.exam = o.exam AND e.id = s.sitting
            WHERE o.exam = of_exam AND o.account = of_account
                AND coalesce(registration.is_below(e.exam, e.campus, schools), false)))
$$;
