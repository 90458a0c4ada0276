-- name: is_told
SELECT 1 FROM people WHERE active AND coalesce(department, name) = %(holder)s LIMIT 1;

-- name: drop_channel
DELETE FROM channels WHERE holder = %(holder)s;
