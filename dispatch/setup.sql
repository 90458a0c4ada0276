-- name: setup
SELECT devices.site, devices.id AS device, devices.kind, devices.name, config, config IS DISTINCT FROM seed AS edited,
       md5(config::text) AS version, sites.timezone, sites.detector
FROM devices JOIN sites ON sites.id = devices.site
WHERE devices.site = %(site)s AND devices.id = %(device)s AND NOT retired AND config IS NOT NULL;

-- name: lock_device
-- One edit of a device waits for another, and for a site file.
SELECT FROM devices WHERE site = %(site)s AND id = %(device)s FOR UPDATE;

-- name: put_setup
UPDATE devices SET config = config || %(changes)s WHERE site = %(site)s AND id = %(device)s;

-- name: last_incidents
-- What a device reported last by rules that can be tried otherwise, and what became of it; a merged ticket tells by the one that
-- it went into. Whether a camera sees at all is asked of it whatever its zones are.
SELECT incidents.id, incidents.kind, coalesce(incidents.zone, '') AS zone, incidents.phase, incidents.began_at,
       incidents.at, incidents.score, incidents.objects,
       (incidents.explanation -> 'observed' ->> 'dwell_s')::float8 AS dwell_s,
       coalesce(incidents.explanation -> 'observed' ? 'crossings', false) AS crossed,
       tickets.id AS ticket, tickets.number, tickets.state,
       (SELECT reason FROM ledger
        WHERE tickets.state = 'rejected' AND ledger.ticket = tickets.id AND ledger.state = 'rejected'
        ORDER BY ledger.number DESC LIMIT 1) AS reason,
       (SELECT id FROM evidence WHERE evidence.incident = incidents.id AND removed_at IS NULL
        ORDER BY role LIMIT 1) AS picture
FROM incidents JOIN tickets ON tickets.id = root_of(incidents.ticket)
WHERE incidents.site = %(site)s AND incidents.device = %(device)s AND NOT starts_with(incidents.kind, 'camera_')
  AND within_reach(%(role)s, %(reach)s, %(holder)s, tickets.assignee, tickets.departments, tickets.areas)
ORDER BY found_at DESC
LIMIT %(limit)s;

-- name: last_readings
SELECT extract(epoch FROM at)::float8 AS at, metric, value, text, unit FROM (
    SELECT at, metric, value, text, unit FROM readings
    WHERE site = %(site)s AND device = %(device)s AND at >= %(since)s
    ORDER BY at DESC
    LIMIT %(limit)s
) AS newest
ORDER BY at;

-- name: site
SELECT id AS site, name, timezone, detector, limits, calendar, press, reports, duties_seed IS NOT NULL AS has_duties
FROM sites WHERE id = %(site)s;

-- name: areas
SELECT code, name, level, parent, polygon FROM areas WHERE merged_into IS NULL ORDER BY length(code), code;

-- name: configs
SELECT id, config FROM devices WHERE site = %(site)s AND NOT retired AND config IS NOT NULL ORDER BY kind, id;
