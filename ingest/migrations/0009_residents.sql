-- What residents report without an account, and the link by which each follows theirs.

ALTER TABLE sites ADD COLUMN reports jsonb NOT NULL DEFAULT '{}';

-- `follow` is the hash of the link's token, `solved` its reporter's last answer. `address` is a hash of where a stranger's
-- report came from, kept for the hour in which reports from there are counted.
CREATE TABLE reports (
    ticket  uuid PRIMARY KEY REFERENCES tickets (id),
    at      timestamptz NOT NULL,
    follow  bytea NOT NULL UNIQUE,
    address bytea,
    solved  boolean
);
CREATE INDEX reports_by_address ON reports (address, at DESC) WHERE address IS NOT NULL;
