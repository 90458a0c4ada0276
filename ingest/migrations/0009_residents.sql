-- What residents report without an account, and the link by which each follows theirs.

ALTER TABLE sites ADD COLUMN reports jsonb NOT NULL DEFAULT '{}';

-- `follow` is the hash of the link's token, `address` a keyed hash of where the report came from, to slow floods down.
CREATE TABLE reports (
    ticket  uuid PRIMARY KEY REFERENCES tickets (id),
    at      timestamptz NOT NULL,
    follow  bytea NOT NULL UNIQUE,
    address bytea
);
CREATE INDEX reports_by_address ON reports (address, at DESC) WHERE address IS NOT NULL;
