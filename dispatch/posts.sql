-- name: posts
-- Couriers and others with part-time cards report what they see; they are sent nowhere.
SELECT name, role, area, department, hours, days,
       (SELECT count(*) FROM tickets
        WHERE ended_at IS NULL AND assignee = coalesce(people.department, people.name)) AS open_tickets
FROM people
WHERE active AND NOT part_time AND role IN ('worker', 'department')
  AND (area IS NULL OR area = ANY (%(areas)s))
ORDER BY name;

-- name: absences
SELECT person, begin, "end" FROM absences WHERE person = ANY (%(names)s);
