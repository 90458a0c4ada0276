-- name: duty
SELECT hours, days, part_time FROM people WHERE name = %(name)s AND active;

-- name: lock_duty
SELECT hours, days, part_time FROM people WHERE name = %(name)s AND active FOR NO KEY UPDATE;

-- name: put_duty
UPDATE people SET hours = %(hours)s, days = %(days)s, part_time = %(part_time)s WHERE name = %(name)s;

-- name: absences
SELECT begin, "end" FROM absences WHERE person = %(name)s AND "end" > %(since)s ORDER BY begin;

-- name: put_absence
INSERT INTO absences (person, begin, "end") VALUES (%(name)s, %(begin)s, %(end)s)
ON CONFLICT (person, begin) DO UPDATE SET "end" = excluded."end";

-- name: drop_absence
DELETE FROM absences WHERE person = %(name)s AND begin = %(begin)s RETURNING begin, "end";
