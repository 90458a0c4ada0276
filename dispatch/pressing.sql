-- name: next_to_press
SELECT id FROM tickets WHERE press_at <= %(now)s ORDER BY press_at LIMIT 1 FOR UPDATE SKIP LOCKED;

-- name: next_to_resume
SELECT id FROM tickets
WHERE paused_until <= %(now)s AND ended_at IS NULL
ORDER BY paused_until LIMIT 1 FOR UPDATE SKIP LOCKED;

-- name: supervisors
SELECT name, area FROM people
WHERE active AND role = 'supervisor' AND (area IS NULL OR area = ANY (%(areas)s))
ORDER BY name;

-- name: next_to_pace
-- An emergency has begun or ended there since the ledger was last written.
SELECT tickets.id
FROM modes
CROSS JOIN LATERAL (VALUES (began_at), (least(until, coalesce(ended_at, until)))) AS moment (at)
JOIN tickets ON tickets.areas @> ARRAY[modes.area]
WHERE tickets.ended_at IS NULL AND moment.at > tickets.opened_at AND moment.at <= %(now)s
  AND NOT EXISTS (SELECT FROM ledger WHERE ledger.ticket = tickets.id AND ledger.began_at >= moment.at)
LIMIT 1
FOR UPDATE OF tickets SKIP LOCKED;
