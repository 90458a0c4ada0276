-- name: queue
-- What waits for a verdict, the gravest first, and on whose desk it is.
SELECT tickets.id, number, kind, severity, title, area_code, area_name, opened_at, overdue_at AS due,
       CASE WHEN accepted_at IS NULL THEN 'accept' WHEN handled_at IS NULL THEN 'handle' ELSE 'close' END AS clock,
       (SELECT holder FROM claims WHERE claims.ticket = tickets.id AND until > now() LIMIT 1) AS held_by,
       count(*) OVER () AS waiting
FROM tickets
WHERE state = 'candidate'
  AND within_reach(%(role)s, %(reach)s, %(holder)s, assignee, departments, areas)
ORDER BY array_position(ARRAY['critical', 'major', 'minor'], severity), opened_at, tickets.id
LIMIT %(limit)s;

-- name: neighbours
-- What is open within some steps of a place, the same matter first: a candidate may be one of these seen again.
SELECT id, number, kind, state, severity, title, assignee, opened_at, metres
FROM tickets CROSS JOIN LATERAL (
    SELECT sqrt((latitude - %(latitude)s) ^ 2
                + ((longitude - %(longitude)s) * cos(radians(%(latitude)s))) ^ 2) * 111320 AS metres
) AS away
WHERE ended_at IS NULL AND id <> %(id)s AND metres <= %(metres)s
  AND within_reach(%(role)s, %(reach)s, %(holder)s, assignee, departments, areas)
ORDER BY kind <> %(kind)s, metres, opened_at
LIMIT %(limit)s;

-- name: areas_of
SELECT areas FROM tickets WHERE id = %(id)s;

-- name: verdicts
-- What people decided before on what this device saw of this kind, the last first.
SELECT id, number, state, opened_at, zone,
       (SELECT reason FROM ledger WHERE ledger.ticket = tickets.id AND ledger.state = 'rejected'
        ORDER BY ledger.number DESC LIMIT 1) AS reason
FROM tickets
WHERE site = %(site)s AND device = %(device)s AND kind = %(kind)s AND state NOT IN ('candidate', 'merged')
  AND within_reach(%(role)s, %(reach)s, %(holder)s, assignee, departments, areas)
ORDER BY opened_at DESC
LIMIT %(limit)s;
