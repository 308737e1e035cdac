-- What a registration's state is told from, and who looked at their own number.

-- When staff first confirmed the payment. It stays while a form that was changed since is looked at again; null in what
-- the version before confirms.
ALTER TABLE registration.orders ADD COLUMN paid_at timestamptz;
UPDATE registration.orders SET paid_at = decided_at WHERE state = 'confirmed';

-- Each time a candidate is shown their own whole number, to copy it into the school's payment page. Rows are only added.
CREATE TABLE registration.payer_looks (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at       timestamptz NOT NULL,
    account  uuid NOT NULL REFERENCES registration.accounts ON DELETE CASCADE,
    order_id text NOT NULL REFERENCES registration.orders
);
CREATE INDEX payer_looks_of_account ON registration.payer_looks (account, id);
