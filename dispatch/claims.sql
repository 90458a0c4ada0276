-- name: one_at_a_time
-- Claims are few and short; without this, two that look at once would see the same free one.
SELECT pg_advisory_xact_lock(hashtext('yihu claims'));

-- name: free
DELETE FROM claims WHERE until <= %(now)s OR ticket IN (SELECT id FROM tickets WHERE state <> 'candidate');

-- name: choose
-- Whose own it is already comes first, then the gravest, of these the oldest.
SELECT id FROM tickets LEFT JOIN claims ON claims.ticket = tickets.id
WHERE state = 'candidate' AND coalesce(claims.holder, %(name)s) = %(name)s
  AND (%(wanted)s::uuid IS NULL OR id = %(wanted)s) AND id <> ALL (%(skipped)s::uuid[])
  AND within_reach(%(role)s, %(reach)s, %(holder)s, assignee, departments, areas)
ORDER BY claims.holder IS NULL, array_position(ARRAY['critical', 'major', 'minor'], severity), opened_at, id
LIMIT 1;

-- name: leave
DELETE FROM claims WHERE holder = %(name)s;

-- name: claim
INSERT INTO claims (ticket, holder, until) VALUES (%(ticket)s, %(name)s, %(until)s);

-- name: holder_of
SELECT holder FROM claims WHERE ticket = %(ticket)s AND until > %(now)s;
