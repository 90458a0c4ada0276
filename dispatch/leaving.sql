-- name: in_hand
SELECT id FROM tickets
WHERE ended_at IS NULL AND assignee = %(name)s AND state IN ('dispatched', 'accepted')
ORDER BY id;
