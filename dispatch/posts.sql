-- name: posts
-- Couriers and others with part-time cards report what they see; they are sent nowhere.
SELECT name, role, area, department, hours, days,
       (SELECT count(*) FROM tickets
        WHERE ended_at IS NULL AND assignee = coalesce(people.department, people.name)) AS open_tickets
FROM people
WHERE active AND NOT part_time AND role IN ('worker', 'department')
  AND (area IS NULL OR area = ANY (%(areas)s))
ORDER BY name;

-- name: answering_for
WITH RECURSIVE up AS (
    SELECT code, parent FROM areas WHERE code = %(area)s
    UNION
    SELECT areas.code, areas.parent FROM areas JOIN up ON areas.code = up.parent
), down AS (
    SELECT code FROM areas WHERE code = %(area)s
    UNION
    SELECT areas.code FROM areas JOIN down ON areas.parent = down.code
)
SELECT name, role, area, department, hours, days, 0 AS open_tickets
FROM people
WHERE active AND (area IS NULL OR area IN (SELECT code FROM up UNION SELECT code FROM down))
ORDER BY name;

-- name: supervisors
SELECT name, role, area, department FROM people
WHERE active AND role = 'supervisor' AND (area IS NULL OR area = ANY (%(areas)s))
ORDER BY name;

-- name: timezone
SELECT timezone FROM sites ORDER BY changed_at DESC LIMIT 1;

-- name: absences
SELECT person, begin, "end" FROM absences WHERE person = ANY (%(names)s);
