-- What people without an account did within the last hour, so that one place does not do too much: a report, or an answer
-- by a report's link. `address` is a hash of where it came from.
CREATE TABLE strangers (
    address bytea NOT NULL,
    deed    text NOT NULL,
    at      timestamptz NOT NULL
);
CREATE INDEX strangers_by_address ON strangers (address, deed, at DESC);
CREATE INDEX strangers_by_age ON strangers (at);

INSERT INTO strangers SELECT address, 'report', at FROM reports WHERE address IS NOT NULL;
ALTER TABLE reports DROP COLUMN address;
