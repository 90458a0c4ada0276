-- name: one_at_a_time
-- Claims are few and short; without this, two that look at once would see the same free one.
SELECT pg_advisory_xact_lock(hashtext('yihu claims'));

-- name: free
DELETE FROM claims WHERE until <= %(now)s OR ticket IN (SELECT id FROM tickets WHERE state <> 'candidate');

-- name: choose
-- What is on this desk already comes first, then what is on another of the same person, then the gravest, of these the oldest.
SELECT id FROM tickets
LEFT JOIN (SELECT ticket, bool_or(desk = %(desk)s) AS here FROM claims WHERE holder = %(name)s GROUP BY ticket) AS own
    ON own.ticket = tickets.id
WHERE state = 'candidate' AND NOT EXISTS (SELECT FROM claims WHERE claims.ticket = tickets.id AND holder <> %(name)s)
  AND (%(wanted)s::uuid IS NULL OR id = %(wanted)s) AND id <> ALL (%(skipped)s::uuid[])
  AND within_reach(%(role)s, %(reach)s, %(holder)s, assignee, departments, areas)
ORDER BY own.here DESC NULLS LAST, array_position(ARRAY['critical', 'major', 'minor'], severity), opened_at, id
LIMIT 1;

-- name: leave
DELETE FROM claims WHERE holder = %(name)s AND desk = %(desk)s;

-- name: claim
INSERT INTO claims (ticket, holder, desk, until) VALUES (%(ticket)s, %(name)s, %(desk)s, %(until)s);

-- name: holder_of
SELECT holder FROM claims WHERE ticket = %(ticket)s AND until > %(now)s;
