-- Cards that staff decide on, what a machine noticed about a picture that waits for them, the consent to having one's face compared,
-- other ways than the face, and by what a picture is found again that another account sent.
--
-- Expand only: the version before neither reads nor writes these.

-- Never for long while another process holds one of the tables: those who ask for them behind us would wait, too.
DO $$
BEGIN
    FOR attempt IN 1..60 LOOP
        BEGIN
            SET LOCAL lock_timeout = '800ms';
            LOCK TABLE registration.identities, registration.identity_pictures, registration.identity_checks,
                registration.face_checks, registration.accounts, registration.exams IN ACCESS EXCLUSIVE MODE;
            SET LOCAL lock_timeout = 0;
            RETURN;
        EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
            PERFORM pg_sleep(0.05);
        END;
    END LOOP;
    RAISE EXCEPTION 'others hold the tables of identities: start again when they are done';
END $$;

ALTER TABLE registration.identities
    -- The back of a card that waits for staff; `picture` or `more_picture` is then its front.
    ADD COLUMN card_back uuid REFERENCES registration.identity_pictures,
    -- What a machine noticed about what waits, each a word.
    ADD COLUMN hints text[] NOT NULL DEFAULT '{}';
CREATE INDEX identities_of_card_back ON registration.identities (card_back) WHERE card_back IS NOT NULL;

-- A back waits with its front and not longer, whichever version ended that. By its name it comes after what forgets further proofs.
CREATE FUNCTION registration.identities_forget_rest() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.card_back := NULL;
    NEW.hints := '{}';
    RETURN NEW;
END $$;
CREATE TRIGGER identities_forget_rest BEFORE UPDATE ON registration.identities
    FOR EACH ROW WHEN (NEW.card_back IS NOT NULL AND NEW.state <> 'waiting' AND NEW.more_picture IS NULL)
    EXECUTE FUNCTION registration.identities_forget_rest();

ALTER TABLE registration.face_checks
    -- What was looked at: the face, a vendor's page, or the person holding the document.
    ADD COLUMN way   text NOT NULL DEFAULT 'face' CHECK (way IN ('face', 'liveness', 'holding')),
    ADD COLUMN hints text[] NOT NULL DEFAULT '{}';

-- The exam whose face check it is; absent where it proves who somebody is.
ALTER TABLE registration.identity_checks ADD COLUMN exam text REFERENCES registration.exams;
CREATE INDEX identity_checks_of_exam ON registration.identity_checks (exam) WHERE exam IS NOT NULL;

-- Who agreed to having their face compared, and whether they took it back. One row for each account that ever agreed.
CREATE TABLE registration.face_consents (
    account      uuid PRIMARY KEY REFERENCES registration.accounts ON DELETE CASCADE,
    version      text NOT NULL,
    given_at     timestamptz NOT NULL,
    withdrawn_at timestamptz,
    CHECK (withdrawn_at IS NULL OR withdrawn_at >= given_at)
);

-- By what a picture of a card or a face is found again. `mark` is a difference hash of 64 bits, in four parts by which it is looked up;
-- `look` is how bright the picture is, place by place, as ciphertext.
CREATE TABLE registration.identity_marks (
    id      uuid PRIMARY KEY,
    account uuid NOT NULL REFERENCES registration.accounts ON DELETE CASCADE,
    kind    text NOT NULL CHECK (kind IN ('card', 'face', 'holding')),
    mark    bigint NOT NULL,
    look    bytea NOT NULL,
    made_at timestamptz NOT NULL,
    part_0  integer NOT NULL GENERATED ALWAYS AS ((mark & 65535)::integer) STORED,
    part_1  integer NOT NULL GENERATED ALWAYS AS (((mark >> 16) & 65535)::integer) STORED,
    part_2  integer NOT NULL GENERATED ALWAYS AS (((mark >> 32) & 65535)::integer) STORED,
    part_3  integer NOT NULL GENERATED ALWAYS AS (((mark >> 48) & 65535)::integer) STORED
);
CREATE INDEX identity_marks_part_0 ON registration.identity_marks (kind, part_0, made_at);
CREATE INDEX identity_marks_part_1 ON registration.identity_marks (kind, part_1, made_at);
CREATE INDEX identity_marks_part_2 ON registration.identity_marks (kind, part_2, made_at);
CREATE INDEX identity_marks_part_3 ON registration.identity_marks (kind, part_3, made_at);
CREATE INDEX identity_marks_of_account ON registration.identity_marks (account, kind, made_at);
CREATE INDEX identity_marks_due ON registration.identity_marks (made_at);
