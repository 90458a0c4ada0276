-- name: site
SELECT 1 FROM sites WHERE id = %(site)s;

-- name: device
SELECT 1 FROM devices WHERE site = %(site)s AND id = %(agent)s AND kind <> 'agent' AND NOT retired;

-- name: forget
DELETE FROM enrolments WHERE expires_at < %(before)s;

-- name: add
INSERT INTO enrolments (hash, site, agent, made_by, made_at, expires_at)
VALUES (%(hash)s, %(site)s, %(agent)s, %(made_by)s, %(made_at)s, %(expires_at)s);

-- name: list
SELECT id, site, agent, made_by, made_at, expires_at FROM enrolments
WHERE site = %(site)s AND used_at IS NULL AND revoked_at IS NULL AND expires_at > %(now)s
ORDER BY made_at, id;

-- name: revoke
UPDATE enrolments SET revoked_at = %(now)s
WHERE site = %(site)s AND id = %(id)s AND used_at IS NULL AND revoked_at IS NULL
RETURNING agent;

-- name: use
-- Of two who come with one token at once the second waits for the first, and then finds it used.
UPDATE enrolments SET used_at = %(now)s, used_from = %(used_from)s
WHERE hash = %(hash)s AND used_at IS NULL AND revoked_at IS NULL AND expires_at > %(now)s
RETURNING id, site, agent;

-- name: fate
SELECT used_at, used_from, revoked_at, expires_at FROM enrolments WHERE hash = %(hash)s;

-- name: configs
-- As ingest publishes them.
SELECT devices.id, devices.config FROM devices
WHERE site = %(site)s AND NOT retired AND config IS NOT NULL AND coalesce(config ->> 'agent', %(usual)s) = %(agent)s
ORDER BY devices.id;
