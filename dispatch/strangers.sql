-- name: lock_address
SELECT pg_advisory_xact_lock(hashtextextended('yihu address ' || encode(%(address)s, 'hex'), 0));

-- name: forget
DELETE FROM strangers
WHERE ctid IN (SELECT ctid FROM strangers WHERE at <= %(since)s FOR UPDATE SKIP LOCKED);

-- name: last_allowed
-- The deed before which so many were done since, if there were as many: until it is forgotten, one more is too many.
SELECT at FROM strangers WHERE address = %(address)s AND deed = %(deed)s AND at > %(since)s
ORDER BY at DESC OFFSET %(allowed)s - 1 LIMIT 1;

-- name: count
INSERT INTO strangers (address, deed, at) VALUES (%(address)s, %(deed)s, %(now)s);
