-- name: left_behind
-- Tickets that somebody, or a department, has still to do, and those with letters that they have still to grade or answer.
SELECT id FROM tickets WHERE ended_at IS NULL AND assignee = %(gone)s AND state IN ('dispatched', 'accepted')
UNION
SELECT ticket FROM letters WHERE ended_at IS NULL AND (by = %(gone)s OR (department = %(gone)s AND reported_at IS NULL))
ORDER BY id;
