-- What grace was promised with deadlines that are still ahead, after an exam's grace was changed.

CREATE TABLE reservation.earlier_graces (
    exam          text NOT NULL REFERENCES reservation.exams,
    -- Holds that lapse by then, and after the row before, are shown with this grace.
    until         timestamptz NOT NULL,
    grace_seconds integer NOT NULL CHECK (grace_seconds >= 0),
    PRIMARY KEY (exam, until)
);
