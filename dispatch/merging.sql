-- name: take_your_time
-- A long history takes longer than a screen waits, and would each time it is tried again.
SET LOCAL statement_timeout = 0;

-- name: lock_areas
SELECT code, level, parent, polygon, merged_into FROM areas WHERE code = ANY (%(codes)s) ORDER BY code FOR UPDATE;

-- name: in_emergency
-- Asked once the areas are locked: one that was just being declared is seen.
SELECT area FROM modes WHERE area = ANY (%(codes)s) AND ended_at IS NULL ORDER BY area LIMIT 1;

-- name: add_area
INSERT INTO areas (code, name, level, parent, polygon) VALUES (%(code)s, %(name)s, 'grid', %(parent)s, %(polygon)s);

-- name: retire_areas
UPDATE areas SET merged_into = %(code)s, merged_at = %(now)s WHERE code = ANY (%(codes)s);

-- name: lock_tickets
-- In the order in which everybody locks them.
SELECT id FROM tickets
WHERE areas && %(codes)s::text[] AND NOT areas @> ARRAY[%(code)s::text] AND opened_at >= coalesce(%(since)s::timestamptz, '-infinity')
ORDER BY id FOR UPDATE;

-- name: lead_tickets
UPDATE tickets SET areas = areas[1:array_position(areas, merged.code)] || %(path)s::text[]
FROM unnest(%(codes)s::text[]) AS merged (code)
WHERE areas @> ARRAY[merged.code] AND NOT areas @> ARRAY[%(code)s::text] AND opened_at >= coalesce(%(since)s::timestamptz, '-infinity');

-- name: merged_since
SELECT merged_into, array_agg(code) FROM areas WHERE merged_at >= %(since)s GROUP BY merged_into;

-- name: move_people
-- Whoever was moved, and from where. Locked in the order in which those who leave a department are.
WITH moved AS (SELECT name, area FROM people WHERE area = ANY (%(codes)s) ORDER BY name FOR NO KEY UPDATE)
UPDATE people SET area = %(code)s FROM moved WHERE people.name = moved.name
RETURNING people.name, moved.area;
