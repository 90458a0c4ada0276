-- name: tasks
-- The next due first. Each part walks an index of what is open: what has ended, however much it is, costs nothing.
-- A first acceptance stands: what was reopened has to be handled next.
WITH mine AS (
    SELECT id AS ticket, 'mine' AS hold, CASE WHEN accepted_at IS NULL THEN due_accept ELSE due_handle END AS due,
           NULL::uuid AS letter
    FROM tickets
    WHERE assignee = %(holder)s AND ended_at IS NULL AND state IN ('dispatched', 'accepted')
      AND within_reach(%(role)s, %(reach)s, %(holder)s, assignee, departments, areas)
    ORDER BY due LIMIT %(limit)s
), free AS (
    SELECT id, 'free', CASE WHEN accepted_at IS NULL THEN due_accept ELSE due_handle END, NULL::uuid
    FROM tickets
    WHERE state = 'dispatched' AND assignee IS NULL AND %(role)s <> 'department'
      AND (%(reach)s::text IS NULL OR areas @> ARRAY[%(reach)s::text])
    ORDER BY due_accept LIMIT %(limit)s
), written AS (
    SELECT letters.ticket, 'letter', deadline, letters.id
    FROM letters JOIN tickets ON tickets.id = letters.ticket
    WHERE department = %(department)s AND letters.ended_at IS NULL AND reported_at IS NULL
      AND tickets.ended_at IS NULL AND within_reach(%(role)s, %(reach)s, %(holder)s, assignee, departments, areas)
    ORDER BY deadline LIMIT %(limit)s
)
SELECT * FROM mine UNION ALL SELECT * FROM free UNION ALL SELECT * FROM written
ORDER BY due, ticket LIMIT %(limit)s;

-- name: letters
SELECT * FROM letters WHERE id = ANY (%(ids)s);
