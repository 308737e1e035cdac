-- Candidates and staff, exams as pages show them, orders and the pictures of their payments.
-- Names, documents and mobiles are ciphertext of the vault; a document is found by its keyed index.

CREATE TABLE registration.accounts (
    id             uuid PRIMARY KEY,
    document_index bytea NOT NULL CONSTRAINT accounts_one_per_document UNIQUE,
    document       bytea NOT NULL,
    name           bytea NOT NULL,
    mobile         bytea NOT NULL,
    password_hash  text NOT NULL,
    created_at     timestamptz NOT NULL
);

CREATE TABLE registration.staff (
    id            uuid PRIMARY KEY,
    name          text NOT NULL CONSTRAINT staff_one_per_name UNIQUE,
    role          text NOT NULL CHECK (role IN ('reviewer', 'administrator')),
    password_hash text NOT NULL,
    created_at    timestamptz NOT NULL
);

-- Rows are only ever added.
CREATE TABLE registration.audit (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at      timestamptz NOT NULL,
    staff   uuid NOT NULL REFERENCES registration.staff,
    action  text NOT NULL,
    subject text NOT NULL
);
CREATE INDEX audit_of_subject ON registration.audit (subject, id);

-- Each import of an exam takes the next number, so that every process sees that its copy is old.
CREATE SEQUENCE registration.exam_versions;

CREATE TABLE registration.exams (
    id               text PRIMARY KEY,
    title_zh         text NOT NULL,
    title_en         text NOT NULL,
    organiser_zh     text NOT NULL,
    organiser_en     text NOT NULL,
    notice_zh        text[] NOT NULL,
    notice_en        text[] NOT NULL,
    opens_at         timestamptz NOT NULL,
    closes_at        timestamptz NOT NULL CHECK (opens_at < closes_at),
    payment_deadline timestamptz NOT NULL CHECK (closes_at < payment_deadline),
    hold_seconds     integer NOT NULL CHECK (hold_seconds > 0),
    grace_seconds    integer NOT NULL CHECK (grace_seconds >= 0),
    resubmit_hours   integer NOT NULL CHECK (resubmit_hours > 0),
    fee_fen          bigint NOT NULL CHECK (fee_fen >= 0),
    payment_url      text NOT NULL,
    version          bigint NOT NULL
);

CREATE TABLE registration.exam_groups (
    exam     text NOT NULL REFERENCES registration.exams,
    id       text NOT NULL,
    position integer NOT NULL,
    title_zh text NOT NULL,
    title_en text NOT NULL,
    PRIMARY KEY (exam, id)
);

-- How many seats a sitting has the engine knows.
CREATE TABLE registration.exam_sittings (
    exam      text NOT NULL REFERENCES registration.exams,
    id        text NOT NULL,
    position  integer NOT NULL,
    title_zh  text NOT NULL,
    title_en  text NOT NULL,
    group_id  text,
    venue_zh  text NOT NULL,
    venue_en  text NOT NULL,
    starts_at timestamptz NOT NULL,
    fee_fen   bigint NOT NULL CHECK (fee_fen >= 0),
    PRIMARY KEY (exam, id)
);

CREATE TABLE registration.orders (
    id           text PRIMARY KEY,
    account      uuid NOT NULL REFERENCES registration.accounts,
    exam         text NOT NULL REFERENCES registration.exams,
    amount_fen   bigint NOT NULL CHECK (amount_fen >= 0),
    state        text NOT NULL CHECK (state IN
        ('unpaid', 'waiting_review', 'confirming', 'confirmed', 'refused', 'lapsed', 'released', 'cancelled')),
    -- The deadline as shown, and the moment when the engine lets the seats go.
    expires_at   timestamptz NOT NULL,
    lapses_at    timestamptz NOT NULL CHECK (expires_at <= lapses_at),
    created_at   timestamptz NOT NULL,
    submitted_at timestamptz,
    decided_at   timestamptz,
    decided_by   uuid REFERENCES registration.staff,
    reason       text,
    mend_until   timestamptz,
    -- The order has ended and the engine has not been told yet.
    seats_owed   boolean NOT NULL DEFAULT false,
    CHECK (state <> 'waiting_review' OR submitted_at IS NOT NULL),
    CHECK (state NOT IN ('confirming', 'confirmed') OR (decided_by IS NOT NULL AND decided_at IS NOT NULL)),
    CHECK (state <> 'refused' OR (reason IS NOT NULL AND mend_until IS NOT NULL))
);
CREATE UNIQUE INDEX orders_one_live ON registration.orders (account, exam)
    WHERE state IN ('unpaid', 'waiting_review', 'confirming', 'confirmed', 'refused');
CREATE INDEX orders_of_account ON registration.orders (account, created_at DESC);
-- One index for each question of the review queue and of the sweep.
CREATE INDEX orders_waiting ON registration.orders (submitted_at, id) WHERE state = 'waiting_review';
CREATE INDEX orders_unpaid ON registration.orders (lapses_at) WHERE state = 'unpaid';
CREATE INDEX orders_refused ON registration.orders (mend_until) WHERE state = 'refused';
CREATE INDEX orders_confirming ON registration.orders (decided_at) WHERE state = 'confirming';
CREATE INDEX orders_owing ON registration.orders (account, exam) WHERE seats_owed;

CREATE TABLE registration.order_sittings (
    order_id text NOT NULL REFERENCES registration.orders,
    position integer NOT NULL,
    sitting  text NOT NULL,
    hold     text NOT NULL,
    fee_fen  bigint NOT NULL CHECK (fee_fen >= 0),
    PRIMARY KEY (order_id, position),
    UNIQUE (order_id, sitting)
);

-- The pictures themselves are in the file store, encrypted. One that is not accepted belongs to a hand-in that is
-- under way or died.
CREATE TABLE registration.screenshots (
    id          uuid PRIMARY KEY,
    order_id    text NOT NULL REFERENCES registration.orders,
    created_at  timestamptz NOT NULL,
    accepted_at timestamptz
);
CREATE INDEX screenshots_of_order ON registration.screenshots (order_id, created_at);
CREATE INDEX screenshots_pending ON registration.screenshots (created_at) WHERE accepted_at IS NULL;
