-- Where exams take place, which rooms a sitting uses, and who sits where.
--
-- Expand only: the version before knows none of these tables; of those that it knows, orders get an index, and a trigger that
-- gives places up.

CREATE TABLE registration.sites (
    id         uuid PRIMARY KEY,
    name_zh    text NOT NULL,
    name_en    text NOT NULL,
    address_zh text NOT NULL,
    address_en text NOT NULL,
    -- How to find the gate; empty where nobody has said.
    way_zh     text NOT NULL DEFAULT '',
    way_en     text NOT NULL DEFAULT '',
    -- WGS 84, in degrees.
    latitude   double precision CHECK (latitude BETWEEN -90 AND 90),
    longitude  double precision CHECK (longitude BETWEEN -180 AND 180),
    -- No new sitting uses it from then on.
    retired_at timestamptz,
    CONSTRAINT sites_one_per_name UNIQUE (name_zh),
    CHECK ((latitude IS NULL) = (longitude IS NULL))
);

-- The plan of a room is that of the crate `seating`: a line of letters for each row, the first one in front.
CREATE TABLE registration.rooms (
    id          uuid PRIMARY KEY,
    site        uuid NOT NULL REFERENCES registration.sites,
    -- Within its site: 一号楼 302.
    name        text NOT NULL,
    floor       text NOT NULL DEFAULT '',
    layout      text[] NOT NULL,
    seat_order  text NOT NULL CHECK (seat_order IN ('serpentine', 'columns', 'rows')),
    spacing     text NOT NULL CHECK (spacing IN ('dense', 'checkered', 'alternate_columns')),
    prefix      text NOT NULL DEFAULT '',
    -- Reached without steps: on the ground floor, or by a lift.
    step_free   boolean NOT NULL DEFAULT false,
    has_lift    boolean NOT NULL DEFAULT false,
    spare_seats smallint CHECK (spare_seats >= 0),
    retired_at  timestamptz,
    CONSTRAINT rooms_one_per_name UNIQUE (site, name)
);

-- In the order in which they are filled; the number is that on the door and on tickets (第 012 考场).
CREATE TABLE registration.sitting_rooms (
    exam    text NOT NULL REFERENCES registration.exams,
    sitting text NOT NULL,
    number  smallint NOT NULL CHECK (number > 0),
    room    uuid NOT NULL REFERENCES registration.rooms,
    PRIMARY KEY (exam, sitting, number),
    CONSTRAINT sitting_rooms_once UNIQUE (exam, sitting, room)
);
CREATE INDEX sitting_rooms_of_room ON registration.sitting_rooms (room);

-- How a sitting is arranged. The commitment is shown at once, the seed (sealed here) with the published record.
CREATE TABLE registration.arrangements (
    exam         text NOT NULL REFERENCES registration.exams,
    sitting      text NOT NULL,
    rules        jsonb NOT NULL,
    commitment   text NOT NULL,
    seed         bytea NOT NULL,
    -- How often it has been published.
    generation   integer NOT NULL DEFAULT 0 CHECK (generation >= 0),
    -- What was published last: the record of `seating`, with its seed and without those who came later.
    record       jsonb,
    -- Those who came later, as the record has them. Beside it, because a record of 100,000 is some 20 MB.
    late         jsonb NOT NULL DEFAULT '[]',
    -- What pages say of the record without reading it. Its commitment is the one above, unless it is being arranged anew.
    published_commitment text,
    published_seed       text,
    published_seats      integer,
    published_rooms      integer,
    made_at      timestamptz NOT NULL,
    published_at timestamptz,
    published_by uuid REFERENCES registration.staff,
    -- From then on it is not arranged anew; late candidates are still seated.
    frozen_at    timestamptz,
    PRIMARY KEY (exam, sitting),
    CHECK ((published_at IS NULL) = (record IS NULL)),
    CHECK (record IS NULL OR (published_commitment IS NOT NULL AND published_seed IS NOT NULL
        AND published_seats IS NOT NULL AND published_rooms IS NOT NULL)),
    CHECK (frozen_at IS NULL OR published_at IS NOT NULL)
);

-- Who sits where, as published. A place that was given up stays empty: nobody is moved, nobody sits there later.
CREATE TABLE registration.seat_assignments (
    exam        text NOT NULL REFERENCES registration.exams,
    sitting     text NOT NULL,
    order_id    text NOT NULL REFERENCES registration.orders,
    room        uuid NOT NULL REFERENCES registration.rooms,
    room_number smallint NOT NULL CHECK (room_number > 0),
    seat        smallint NOT NULL CHECK (seat > 0),
    -- As it is called on tickets and on the desk: H01.
    label       text NOT NULL,
    assigned_at timestamptz NOT NULL,
    given_up_at timestamptz,
    PRIMARY KEY (exam, sitting, order_id),
    CONSTRAINT seat_assignments_one_per_seat UNIQUE (exam, sitting, room, seat)
);
CREATE INDEX seat_assignments_of_order ON registration.seat_assignments (order_id);

-- Whoever writes orders in the meantime waits for all of this at once, or not at all.
DO $$
BEGIN
    FOR attempt IN 1..60 LOOP
        BEGIN
            SET LOCAL lock_timeout = '800ms';
            LOCK TABLE registration.orders IN SHARE ROW EXCLUSIVE MODE;
            SET LOCAL lock_timeout = 0;
            RETURN;
        EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
            PERFORM pg_sleep(0.05);
        END;
    END LOOP;
    RAISE EXCEPTION 'the table of orders could not be locked: stop what works on it, and start again';
END $$;

-- By whom a place is asked for late, without a look at every order.
CREATE INDEX orders_confirmed ON registration.orders (exam, decided_at) WHERE state = 'confirmed';

-- Whatever ends an order that had a place gives the place up, in the same transaction.
CREATE FUNCTION registration.give_up_places() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE registration.seat_assignments SET given_up_at = clock_timestamp()
    WHERE order_id = NEW.id AND given_up_at IS NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER orders_give_up_places AFTER UPDATE OF state ON registration.orders FOR EACH ROW
    WHEN (OLD.state = 'confirmed' AND NEW.state IN ('lapsed', 'released', 'cancelled'))
    EXECUTE FUNCTION registration.give_up_places();
