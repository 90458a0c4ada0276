-- name: left_behind
-- Tickets that somebody has still to do, and those with letters that they whistled for and have still to grade.
SELECT id FROM tickets WHERE ended_at IS NULL AND assignee = %(name)s AND state IN ('dispatched', 'accepted')
UNION
SELECT ticket FROM letters WHERE by = %(name)s AND ended_at IS NULL
ORDER BY id;
