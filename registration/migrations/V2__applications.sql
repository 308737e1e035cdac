-- Exams with rules, subjects and campuses; a candidate's application; several live orders of one exam where its rules
-- allow them.

-- The value of `ExamRules`.
ALTER TABLE registration.exams ADD COLUMN rules jsonb NOT NULL DEFAULT '{}';
ALTER TABLE registration.exam_sittings ADD COLUMN subject text;
ALTER TABLE registration.exam_sittings ADD COLUMN campus text;

CREATE TABLE registration.exam_organisations (
    exam            text NOT NULL REFERENCES registration.exams,
    code            text NOT NULL,
    position        integer NOT NULL,
    parent          text,
    level           text NOT NULL CHECK (level IN ('province', 'school', 'campus')),
    name_zh         text NOT NULL,
    name_en         text NOT NULL,
    notice_zh       text[] NOT NULL,
    notice_en       text[] NOT NULL,
    -- May its candidates pick the campus of another school, where a part lets them pick?
    allows_elsewhere boolean NOT NULL,
    opens_at        timestamptz,
    closes_at       timestamptz,
    PRIMARY KEY (exam, code)
);

-- What a candidate has done for one exam. Answers are ciphertext of the vault.
CREATE TABLE registration.applications (
    exam             text NOT NULL REFERENCES registration.exams,
    account          uuid NOT NULL REFERENCES registration.accounts,
    created_at       timestamptz NOT NULL,
    notice_agreed_at timestamptz,
    -- Typed and not yet handed in.
    draft            bytea,
    draft_at         timestamptz,
    -- Handed in.
    details          bytea,
    details_at       timestamptz,
    -- Raised by every hand-in, so that a decision is about what staff have seen.
    details_version  integer NOT NULL DEFAULT 0,
    review           text NOT NULL DEFAULT 'none' CHECK (review IN ('none', 'waiting', 'refused', 'passed')),
    review_at        timestamptz,
    review_by        uuid REFERENCES registration.staff,
    review_reason    text,
    PRIMARY KEY (exam, account),
    CHECK ((details IS NULL) = (details_at IS NULL)),
    CHECK ((draft IS NULL) = (draft_at IS NULL)),
    CHECK (review = 'none' OR (details_at IS NOT NULL AND review_at IS NOT NULL)),
    CHECK (review <> 'refused' OR review_reason IS NOT NULL)
);
CREATE INDEX applications_of_account ON registration.applications (account);
CREATE INDEX applications_waiting ON registration.applications (review_at, exam, account) WHERE review = 'waiting';

-- One live order per part; where a part allows several, its orders are not `sole`.
ALTER TABLE registration.orders ADD COLUMN part text NOT NULL DEFAULT 'main';
ALTER TABLE registration.orders ADD COLUMN is_sole boolean NOT NULL DEFAULT true;
DROP INDEX registration.orders_one_live;
CREATE UNIQUE INDEX orders_one_live ON registration.orders (account, exam, part)
    WHERE is_sole AND state IN ('unpaid', 'waiting_review', 'confirming', 'confirmed', 'refused');
CREATE INDEX orders_open ON registration.orders (account, exam)
    WHERE seats_owed OR state IN ('unpaid', 'waiting_review', 'confirming', 'confirmed', 'refused');
