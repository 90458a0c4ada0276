-- name: lock_report
SELECT pg_advisory_xact_lock(hashtextextended('yihu report ' || encode(%(follow)s, 'hex'), 0));

-- name: open_site
SELECT FROM sites WHERE (reports ->> 'open')::boolean LIMIT 1;

-- name: put_report
INSERT INTO reports (ticket, at, follow) VALUES (%(ticket)s, %(at)s, %(follow)s);

-- name: followed
SELECT root_of(ticket) AS ticket, ticket AS own, solved, reopened_at IS NOT NULL AS reopened FROM reports WHERE follow = %(follow)s;

-- name: note_answer
UPDATE reports SET solved = %(solved)s, reopened_at = coalesce(reopened_at, %(reopened_at)s) WHERE follow = %(follow)s;

-- name: nearby
SELECT id, number, title, state, opened_at, metres
FROM tickets CROSS JOIN LATERAL (
    SELECT sqrt((latitude - %(latitude)s) ^ 2
                + ((longitude - %(longitude)s) * cos(radians(%(latitude)s))) ^ 2) * 111320 AS metres
) AS away
WHERE ended_at IS NULL AND kind = %(kind)s AND metres <= %(metres)s
  AND (%(role)s::text IS NULL OR within_reach(%(role)s, %(reach)s, %(holder)s, assignee, departments, areas))
ORDER BY metres
LIMIT 10;
