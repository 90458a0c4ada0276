-- name: areas
-- A street of twelve grids, four by three, each about a kilometre wide.
WITH street AS (
    INSERT INTO areas VALUES ('510603003', '八角井街道', 'street', NULL, '[[104,31],[104.04,31],[104.04,31.03],[104,31.03]]')
)
INSERT INTO areas
SELECT '51060300300100' || to_hex(n), '第' || n + 1 || '网格', 'grid', '510603003',
       jsonb_build_array(jsonb_build_array(x, y), jsonb_build_array(x + 0.01, y),
                         jsonb_build_array(x + 0.01, y + 0.01), jsonb_build_array(x, y + 0.01))
FROM generate_series(0, 11) AS n CROSS JOIN LATERAL (SELECT 104 + n %% 4 * 0.01 AS x, 31 + n / 4 * 0.01 AS y) AS corner;

-- name: devices
-- One in twenty is a camera.
INSERT INTO sites (id, name, timezone, detector) VALUES ('bench', '八角井街道', 'Asia/Shanghai', 'null');
INSERT INTO devices (site, id, kind, name, longitude, latitude, state, state_at, seen_at)
SELECT 'bench', 'device-' || n, CASE WHEN n %% 20 = 0 THEN 'camera' ELSE 'sensor' END, 'device ' || n,
       104 + random() * 0.04, 31 + random() * 0.03, 'online', now(), now()
FROM generate_series(1, %(devices)s) AS n;

-- name: pictures
INSERT INTO pictures (site, device, at, received_at, jpeg)
SELECT site, id, now(), now(), %(jpeg)s FROM devices WHERE kind = 'camera';

-- name: tickets
INSERT INTO tickets (id, number, kind, state, severity, title, area_code, area_name, areas, longitude, latitude,
                     opened_at, began_at, due_accept, due_handle, due_close, terms)
SELECT gen_random_uuid(), n::text, (ARRAY['illegal_parking', 'street_lamp', 'rubbish'])[1 + n %% 3],
       (ARRAY['candidate', 'dispatched', 'accepted', 'handled'])[1 + n %% 4], (ARRAY['minor', 'minor', 'major'])[1 + n %% 3],
       'ticket ' || n, areas.code, areas.name, ARRAY[areas.code, '510603003'],
       (polygon -> 0 ->> 0)::float + random() * 0.01, (polygon -> 0 ->> 1)::float + random() * 0.01,
       at, at, at + interval '2 hours', at + interval '1 day', at + interval '7 days', %(terms)s
FROM generate_series(1, %(tickets)s) AS n
CROSS JOIN LATERAL (SELECT now() - random() * interval '2 days' AS at) AS opened
JOIN areas ON areas.code = '51060300300100' || to_hex(n %% 12);

-- name: change
-- Somebody works on it; its words are when that was, in seconds, so that whoever hears of it knows how late they are.
UPDATE tickets SET text = extract(epoch FROM clock_timestamp())::text, severity = CASE severity WHEN 'minor' THEN 'major' ELSE 'minor' END
WHERE id = (SELECT id FROM tickets OFFSET floor(random() * %(tickets)s) LIMIT 1);
