-- name: to_clear
-- Tickets that ended long ago, and all that hangs on them, and that have pictures still.
SELECT DISTINCT evidence.ticket
FROM evidence JOIN tickets ON tickets.id = evidence.ticket
WHERE removed_at IS NULL AND ended_at < %(ended_before)s AND evidence.ticket > %(after)s
  AND NOT is_held(evidence.ticket, %(ended_before)s)
ORDER BY evidence.ticket
LIMIT %(limit)s;

-- name: lock_families
-- With all by which they may be held: whoever reopens one, or opens a recurrence of it, waits. We wait for nobody.
SELECT id FROM tickets
WHERE id IN (SELECT member FROM unnest(%(tickets)s::uuid[]) AS one CROSS JOIN family_of(one) AS member)
ORDER BY id
FOR UPDATE SKIP LOCKED;

-- name: clear
-- Asked again, now that what was asked of holds still; but of whom somebody else has locked one.
UPDATE evidence SET data = NULL, removed_at = %(now)s
WHERE ticket = ANY (%(tickets)s::uuid[]) AND removed_at IS NULL AND NOT is_held(ticket, %(ended_before)s)
  AND NOT EXISTS (SELECT FROM family_of(ticket) AS member WHERE member <> ALL (%(locked)s::uuid[]));
