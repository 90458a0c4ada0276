-- name: lock_kind
SELECT pg_advisory_xact_lock(hashtextextended('yihu ticket ' || %(kind)s, 0));

-- name: find_incident
SELECT root_of(ticket) FROM incidents WHERE id = %(id)s;

-- name: gravest_incident
WITH RECURSIVE down AS (  -- the ticket, and all that were merged into it
    SELECT %(ticket)s::uuid AS id
    UNION
    SELECT tickets.id FROM tickets JOIN down ON tickets.merged_into = down.id
)
SELECT severity FROM incidents WHERE ticket IN (SELECT id FROM down)
ORDER BY array_position(ARRAY['critical', 'major', 'minor'], severity) LIMIT 1;

-- name: find_open_at_place
-- The open ticket of the same camera zone, or one that another source opened within 30 m; a merged one leads on.
WITH here AS (
    SELECT id AS root, opened_at FROM tickets
    WHERE ended_at IS NULL AND kind = %(kind)s
      AND CASE WHEN (site, device) = (%(site)s, %(device)s) THEN zone = %(zone)s
               ELSE sqrt((latitude - %(latitude)s) ^ 2
                         + ((longitude - %(longitude)s) * cos(radians(%(latitude)s))) ^ 2) * 111320 <= %(metres)s
          END
    UNION ALL
    SELECT root_of(id), opened_at FROM tickets
    WHERE merged_into IS NOT NULL AND kind = %(kind)s
      AND CASE WHEN (site, device) = (%(site)s, %(device)s) THEN zone = %(zone)s
               ELSE sqrt((latitude - %(latitude)s) ^ 2
                         + ((longitude - %(longitude)s) * cos(radians(%(latitude)s))) ^ 2) * 111320 <= %(metres)s
          END
)
SELECT tickets.id
FROM here JOIN tickets ON tickets.id = here.root
WHERE tickets.ended_at IS NULL
ORDER BY here.opened_at
LIMIT 1;

-- name: find_closed_at_place
-- The last one that this zone opened or told of, or that another source opened within 30 m.
SELECT id FROM (
    SELECT tickets.id, tickets.opened_at
    FROM (
        SELECT ticket FROM incidents
        WHERE (kind, site, device, zone) = (%(kind)s, %(site)s, %(device)s, %(zone)s)
        ORDER BY found_at DESC LIMIT 200
    ) AS told JOIN tickets ON tickets.id = root_of(told.ticket)
    WHERE tickets.state = 'closed'
    UNION ALL
    SELECT id, opened_at
    FROM tickets
    WHERE kind = %(kind)s AND state = 'closed' AND (site, device) IS DISTINCT FROM (%(site)s, %(device)s)
      AND latitude BETWEEN %(latitude)s - %(metres)s / 111320.0 AND %(latitude)s + %(metres)s / 111320.0
      AND sqrt((latitude - %(latitude)s) ^ 2
               + ((longitude - %(longitude)s) * cos(radians(%(latitude)s))) ^ 2) * 111320 <= %(metres)s
) AS here
ORDER BY opened_at DESC
LIMIT 1;

-- name: put_incident
-- How sure it was at its best is what let it open: that it fades while it goes away does not take this back.
INSERT INTO incidents (id, ticket, kind, phase, site, device, zone, began_at, found_at, at, severity, score, objects,
                       explanation, received_at)
VALUES (%(id)s, %(ticket)s, %(kind)s, %(phase)s, %(site)s, %(device)s, %(zone)s, %(began_at)s, %(at)s, %(at)s,
        %(severity)s, %(score)s, %(objects)s, %(explanation)s, %(received_at)s)
ON CONFLICT (id) DO UPDATE SET
    phase = excluded.phase, at = excluded.at, severity = excluded.severity,
    score = greatest(incidents.score, excluded.score),
    objects = excluded.objects, explanation = excluded.explanation
WHERE excluded.at >= incidents.at AND incidents.phase <> 'clear'
RETURNING id;

-- name: found_sooner
-- What opened it may come late.
UPDATE incidents SET found_at = %(at)s WHERE id = %(id)s AND found_at > %(at)s;

-- name: put_evidence
INSERT INTO evidence (id, ticket, incident, role, at, media_type, box, redactions, data)
VALUES (%(id)s, %(ticket)s, %(incident)s, %(role)s, %(at)s, %(media_type)s, %(box)s, %(redactions)s, %(data)s)
ON CONFLICT (incident, role) WHERE incident IS NOT NULL
DO UPDATE SET id = excluded.id, at = excluded.at, box = excluded.box, redactions = excluded.redactions,
              data = excluded.data
WHERE excluded.role <> 'first' AND excluded.at > evidence.at;

-- name: quarantine
INSERT INTO quarantine (topic, reason, size, head) VALUES (%(topic)s, %(reason)s, %(size)s, %(head)s);

-- name: areas
SELECT code, name, coalesce(merged_into, parent), polygon, merged_into IS NOT NULL FROM areas;

-- name: areas_version
-- The same only while no row of them is another: a row that is written anew has another place, or another transaction's.
SELECT count(*), bit_xor(hashtextextended(ctid::text, xmin::text::bigint)) FROM areas;

-- name: hold_area
-- One that is just being merged is waited for.
SELECT merged_into FROM areas WHERE code = %(code)s FOR KEY SHARE;

-- name: device_name
SELECT name FROM devices WHERE site = %(site)s AND id = %(device)s;

-- name: find_open_in_grid
-- What spreads is the same matter for whoever tells of it in the grid, soon before or after another; also where that one told
-- a ticket that was merged since. What somebody has handled is over: what is told then is for somebody to go to again.
WITH RECURSIVE down AS (
    SELECT id AS root, id, opened_at FROM tickets
    WHERE ended_at IS NULL AND handled_at IS NULL AND kind = %(kind)s AND area_code = %(area)s
      AND EXISTS (SELECT FROM areas WHERE code = %(area)s AND level = 'grid')
    UNION
    SELECT down.root, tickets.id, down.opened_at FROM tickets JOIN down ON tickets.merged_into = down.id
)
SELECT root FROM down
WHERE EXISTS (
    SELECT FROM incidents
    WHERE incidents.ticket = down.id AND incidents.kind = %(kind)s
      AND incidents.at >= %(since)s AND incidents.began_at <= %(until)s
)
ORDER BY opened_at
LIMIT 1;

-- name: find_open_of_agent
SELECT tickets.id
FROM devices AS this
JOIN devices AS other ON other.site = this.site AND other.agent = this.agent AND other.id <> this.id
JOIN incidents ON (incidents.site, incidents.device) = (other.site, other.id)
JOIN tickets ON tickets.id = root_of(incidents.ticket)
WHERE (this.site, this.id) = (%(site)s, %(device)s) AND incidents.kind = %(kind)s
  AND incidents.began_at BETWEEN %(since)s AND %(until)s AND tickets.ended_at IS NULL AND tickets.kind = %(kind)s
ORDER BY tickets.opened_at
LIMIT 1;

-- name: sources
WITH RECURSIVE down AS (  -- the ticket, and all that were merged into it
    SELECT %(ticket)s::uuid AS id
    UNION
    SELECT tickets.id FROM tickets JOIN down ON tickets.merged_into = down.id
)
SELECT device, coalesce(devices.name, device) AS name, coalesce(devices.kind, 'camera') AS kind,
       max(score) AS score, bool_or(phase <> 'clear') AS present
FROM incidents LEFT JOIN devices ON (devices.site, devices.id) = (incidents.site, incidents.device)
WHERE incidents.ticket IN (SELECT id FROM down) AND incidents.kind = %(kind)s
GROUP BY incidents.site, device, devices.name, devices.kind
ORDER BY min(began_at), device;

-- name: witnesses
-- Who is well, looks for the same within so many metres, and tells of nothing; the place first, which spares the most.
WITH near AS MATERIALIZED (
    SELECT site, id, name, kind, config
    FROM devices
    WHERE NOT retired AND state = 'online' AND site = %(site)s AND NOT id = ANY (%(devices)s)
      AND latitude BETWEEN %(latitude)s - %(metres)s / 111320.0 AND %(latitude)s + %(metres)s / 111320.0
      AND sqrt((latitude - %(latitude)s) ^ 2
               + ((longitude - %(longitude)s) * cos(radians(%(latitude)s))) ^ 2) * 111320 <= %(metres)s
)
SELECT id AS device, name, kind
FROM near
WHERE jsonb_path_exists(config, 'lax $.**.rules[*] ? (@.kind == $kind)', jsonb_build_object('kind', %(kind)s::text))
  AND NOT EXISTS (
      SELECT FROM incidents
      WHERE (incidents.site, incidents.device) = (near.site, near.id) AND phase <> 'clear'
        AND (starts_with(incidents.kind, 'camera_') OR incidents.kind IN ('sensor_fault', %(kind)s))
        AND incidents.at > now() - interval '15 minutes'
  )
ORDER BY id;
