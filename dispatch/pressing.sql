-- name: to_press
SELECT id FROM tickets WHERE press_at <= %(now)s ORDER BY press_at;

-- name: to_resume
SELECT id FROM tickets WHERE paused_until <= %(now)s AND ended_at IS NULL ORDER BY paused_until;

-- name: to_press_letters
SELECT DISTINCT ticket FROM letters
WHERE ended_at IS NULL AND reported_at IS NULL AND pressed_at IS NULL AND deadline <= %(now)s
ORDER BY ticket;

-- name: claim_late_letters
-- Asked once the ticket is locked: what was answered, withdrawn or told meanwhile is not among them.
UPDATE letters SET pressed_at = %(now)s
WHERE ticket = %(ticket)s
  AND ended_at IS NULL AND reported_at IS NULL AND pressed_at IS NULL AND deadline <= %(now)s
RETURNING id;

-- name: modes_to_keep
-- Whose beginning, or whose end, is not yet in all ledgers there.
SELECT id FROM modes
WHERE began_at <= %(now)s AND (kept_at IS NULL OR (kept_at < over_at(modes) AND over_at(modes) <= %(now)s));

-- name: modes_kept
UPDATE modes SET kept_at = %(now)s WHERE id = ANY (%(ids)s);

-- name: to_keep_pace
-- All where an emergency begins or ends, and what was just being written when it was declared or ended: its pace is not
-- the one in force, or it is a hazard that waits.
SELECT tickets.id
FROM modes JOIN tickets ON tickets.areas @> ARRAY[modes.area]
WHERE tickets.ended_at IS NULL AND modes.began_at <= %(now)s
  AND (kept_at IS NULL OR (kept_at < over_at(modes) AND over_at(modes) <= %(now)s))
UNION
SELECT tickets.id
FROM modes JOIN tickets ON tickets.areas @> ARRAY[modes.area]
WHERE tickets.ended_at IS NULL AND tickets.pace < modes.pace AND modes.began_at <= %(now)s AND over_at(modes) > %(now)s
UNION
SELECT id FROM tickets
WHERE ended_at IS NULL AND pace <> 1
  AND pace > coalesce((
      SELECT max(modes.pace) FROM modes
      WHERE tickets.areas @> ARRAY[modes.area] AND modes.began_at <= %(now)s AND over_at(modes) > %(now)s
  ), 1)
UNION
SELECT id FROM tickets
WHERE ended_at IS NULL AND state = 'candidate' AND kind = ANY (%(hazards)s::text[])
  AND EXISTS (
      SELECT 1 FROM modes
      JOIN unnest(%(emergencies)s::text[], %(hazards)s::text[]) AS hazard (emergency, kind) ON emergency = modes.kind
      WHERE hazard.kind = tickets.kind AND tickets.areas @> ARRAY[modes.area]
        AND modes.began_at <= %(now)s AND over_at(modes) > %(now)s
  )
  AND NOT EXISTS (SELECT 1 FROM ledger WHERE ledger.ticket = tickets.id AND ledger.state <> 'candidate');
