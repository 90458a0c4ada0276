-- name: lock_seeding
-- What a file changes is told by comparison: no other may change it meanwhile.
SELECT pg_advisory_xact_lock(hashtextextended('yihu seed', 0));

-- name: present
SELECT jsonb_build_object(
    'site', (SELECT to_jsonb(sites) - 'changed_at' - 'duties_seed' FROM sites WHERE id = %(site)s),
    'areas', coalesce((SELECT jsonb_object_agg(code, jsonb_build_object('name', name, 'level', level, 'parent', parent,
                                                                         'polygon', polygon)) FROM areas), '{}')
);

-- name: devices
SELECT id, md5(seed::text) FROM devices WHERE site = %(site)s AND seed IS NOT NULL AND NOT retired;

-- name: put_site
INSERT INTO sites (id, name, timezone, detector, limits, calendar, press, reports)
VALUES (%(id)s, %(name)s, %(timezone)s, %(detector)s, %(limits)s, %(calendar)s, %(press)s, %(reports)s)
ON CONFLICT (id) DO UPDATE SET
    name = excluded.name, timezone = excluded.timezone, detector = excluded.detector, limits = excluded.limits,
    calendar = excluded.calendar, press = excluded.press, reports = excluded.reports
WHERE (sites.name, sites.timezone, sites.detector, sites.limits, sites.calendar, sites.reports)
   <> (excluded.name, excluded.timezone, excluded.detector, excluded.limits, excluded.calendar, excluded.reports)
   OR sites.press IS DISTINCT FROM excluded.press;

-- name: note_duties
UPDATE sites SET duties_seed = %(digest)s WHERE id = %(site)s AND duties_seed IS DISTINCT FROM %(digest)s
RETURNING id;

-- name: put_area
INSERT INTO areas (code, name, level, parent, polygon)
VALUES (%(code)s, %(name)s, %(level)s, %(parent)s, %(polygon)s)
ON CONFLICT (code) DO UPDATE SET
    name = excluded.name, level = excluded.level, parent = excluded.parent, polygon = excluded.polygon;

-- name: lock_device
SELECT seed, config FROM devices WHERE site = %(site)s AND id = %(id)s FOR UPDATE;

-- name: put_device
INSERT INTO devices (site, id, kind, name, longitude, latitude, seed, config)
VALUES (%(site)s, %(id)s, %(kind)s, %(name)s, %(longitude)s, %(latitude)s, %(seed)s, %(seed)s)
ON CONFLICT (site, id) DO UPDATE SET
    kind = excluded.kind, name = excluded.name, longitude = excluded.longitude, latitude = excluded.latitude,
    seed = excluded.seed, config = excluded.config, retired = false;

-- name: retire_devices
-- Those that are in the file no longer; those that are in it again come back.
UPDATE devices SET retired = NOT retired
WHERE site = %(site)s AND seed IS NOT NULL AND retired = (id = ANY (%(ids)s));
