-- name: tickets
-- Some weeks of a town: more by day than at night, more in some grids than in others, some late, some false, some again.
INSERT INTO tickets (id, number, kind, state, severity, title, area_code, area_name, areas, longitude, latitude, site,
                     device, zone, opened_at, began_at, due_accept, due_handle, due_close, accepted_at, handled_at, ended_at,
                     assignee, solved, terms)
SELECT gen_random_uuid(), 'H-' || n, kind, state, 'minor', coalesce(camera.name, area_name || '门口'), code, area_name,
       ARRAY[code, parent, left(code, 9)], longitude, latitude, camera.site, camera.id, CASE WHEN camera.id IS NOT NULL THEN 'kerb' END,
       at, at, at + interval '2 hours', at + interval '1 day', at + interval '7 days',
       CASE WHEN state IN ('accepted', 'handled', 'closed') THEN at + interval '1 hour' * (0.2 + what %% 23 / 9.0) END,
       CASE WHEN state IN ('handled', 'closed') THEN at + interval '1 hour' * (4 + dice.place %% 29) END,
       CASE WHEN state = 'closed' THEN at + interval '1 hour' * (40 + at_random %% 150)
            WHEN state IN ('rejected', 'merged') THEN at + interval '20 minutes' END,
       CASE WHEN state NOT IN ('candidate', 'rejected', 'merged') THEN (ARRAY['王建军', '李秀英', '环卫所', '物业管理处'])[1 + what %% 4] END,
       CASE WHEN n %% 9 = 0 AND state = 'closed' THEN n %% 27 <> 0 END, %(terms)s
FROM generate_series(1, %(number)s::int) AS n
CROSS JOIN LATERAL (SELECT abs(hashtext('when' || n)) AS at_random, abs(hashtext('what' || n)) AS what, abs(hashtext('where' || n)) AS place) AS dice
CROSS JOIN LATERAL (
    SELECT date_trunc('day', now()) - interval '1 day' * (1 + at_random %% 28)
               + interval '1 hour' * ((at_random / 28 %% 12 + at_random / 336 %% 13) %% 24) AS at,
           CASE WHEN n %% 2 = 0 THEN 'illegal_parking' ELSE
               (ARRAY['lift_fault', 'rubbish', 'rubbish', 'street_lamp', 'compound_lamp', 'debris', 'gate_fault'])[1 + what %% 7] END AS kind,
           (ARRAY['closed', 'closed', 'closed', 'closed', 'handled', 'accepted', 'closed', 'rejected', 'dispatched', 'merged'])[1 + what / 7 %% 10] AS state
) AS each
CROSS JOIN LATERAL (
    SELECT code, name AS area_name, parent, polygon FROM areas WHERE level = 'grid'
    ORDER BY code OFFSET (place %% 12) * (place / 12 %% 12) / 12 LIMIT 1
) AS grid
LEFT JOIN LATERAL (
    SELECT site, id, name, devices.longitude AS x, devices.latitude AS y FROM devices
    WHERE kind = 'camera' AND n %% 2 = 0 ORDER BY id OFFSET (place %% 5) * (place / 5 %% 5) / 3 LIMIT 1
) AS camera ON true
CROSS JOIN LATERAL (
    SELECT coalesce(camera.x, avg((corner ->> 0)::float8) + place %% 5 * 0.0007) AS longitude,
           coalesce(camera.y, avg((corner ->> 1)::float8) + place %% 3 * 0.0007) AS latitude
    FROM jsonb_array_elements(polygon) AS corner
) AS spot;

-- name: parents
UPDATE tickets SET parent = (SELECT id FROM tickets WHERE number = 'H-2')
WHERE number LIKE 'H-%%' AND split_part(number, '-', 2)::int %% 13 = 0;

-- name: ledger
INSERT INTO ledger (ticket, number, began_at, state, severity, holder, pace, by, reason)
SELECT id, 0, opened_at, 'dispatched', 'minor', assignee, 1, '刘洋', '' FROM tickets WHERE state NOT IN ('rejected', 'merged')
UNION ALL
SELECT id, 1, ended_at, 'rejected', 'minor', NULL, 1, '刘洋', (ARRAY['reflection', 'wrong_zone', 'legal_stop'])[1 + abs(hashtext(number)) %% 3]
FROM tickets WHERE state = 'rejected'
UNION ALL  -- two that came back from having been handled
SELECT id, step.number, opened_at + step.number * interval '1 hour', step.state, 'minor', NULL, 1, '赵国强', ''
FROM (SELECT id, opened_at FROM tickets WHERE kind = 'lift_fault' AND state = 'closed' ORDER BY number LIMIT 2) AS lifts
CROSS JOIN (VALUES (1, 'handled'), (2, 'dispatched')) AS step (number, state);

-- name: blindness
INSERT INTO device_states
SELECT site, id, at, change.state
FROM devices
CROSS JOIN LATERAL (VALUES
    (interval '20 days', 'online'),
    (interval '1 day' * (3 + abs(hashtext(id)) %% 10), 'offline'),
    (interval '1 day' * (3 + abs(hashtext(id)) %% 10) - interval '1 hour' * (1 + abs(hashtext(id)) %% 9), 'online')
) AS change (ago, state)
CROSS JOIN LATERAL (SELECT now() - ago AS at) AS moment
WHERE kind = 'camera';
