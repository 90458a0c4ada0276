-- name: post
INSERT INTO notices (id, key, holder, ticket, about, severity, zh, en, made_at, due_at)
VALUES (%(id)s, %(key)s, %(holder)s, %(ticket)s, %(about)s, %(severity)s, %(zh)s, %(en)s, %(made_at)s, %(due_at)s)
ON CONFLICT (holder, key) DO NOTHING
RETURNING id;

-- name: channel
SELECT url, quiet, digest_s, timezone FROM channels WHERE holder = %(holder)s;

-- name: put_channel
INSERT INTO channels (holder, url, quiet, digest_s, timezone)
VALUES (%(holder)s, %(url)s, %(quiet)s, %(digest_s)s, %(timezone)s)
ON CONFLICT (holder) DO UPDATE SET
    url = excluded.url, quiet = excluded.quiet, digest_s = excluded.digest_s, timezone = excluded.timezone;

-- name: claim
-- What is due of one holder, so many at once: put off, so that nobody else sends it meanwhile. One at a time claims of a
-- holder.
WITH next AS (
    SELECT holder FROM channels
    WHERE EXISTS (SELECT FROM notices
                  WHERE notices.holder = channels.holder AND sent_at IS NULL AND due_at <= %(now)s)
    LIMIT 1
    FOR UPDATE SKIP LOCKED
)
UPDATE notices SET due_at = %(until)s
FROM next
WHERE id IN (SELECT id FROM notices WHERE notices.holder = next.holder AND sent_at IS NULL AND due_at <= %(now)s
             ORDER BY due_at, id LIMIT %(most)s)
  AND sent_at IS NULL AND due_at <= %(now)s  -- asked again of what somebody has just claimed
RETURNING id, key, notices.holder, about, severity, zh, en, made_at, ticket;

-- name: note_failure
UPDATE notices SET tries = tries + 1, error = %(error)s WHERE id = ANY (%(ids)s) RETURNING id, tries, severity;

-- name: put_off
-- Unless its holder's channel was taken back while it was being sent.
UPDATE notices SET due_at = %(due_at)s WHERE id = %(id)s AND due_at IS NOT NULL;

-- name: sent
UPDATE notices SET sent_at = %(now)s, error = NULL WHERE id = ANY (%(ids)s);

-- name: list
-- That somebody was not told of an emergency is seen where it holds, and by whose part of the tree they are of.
WITH RECURSIVE below AS (
    SELECT %(reach)s::text AS code
    UNION
    SELECT areas.code FROM areas JOIN below ON areas.parent = below.code
)
SELECT id, holder, ticket, about, severity, zh, en, made_at, sent_at, tries, error
FROM notices
WHERE notices.holder = %(holder)s
   OR (%(all)s AND sent_at IS NULL AND tries > 0
       AND (EXISTS (SELECT FROM tickets WHERE tickets.id = notices.ticket AND within_reach(
                %(role)s, %(reach)s, %(holder)s, assignee, departments, areas))
            OR ticket IS NULL AND (
                %(reach)s::text IS NULL
                OR EXISTS (SELECT FROM people JOIN below ON below.code = people.area
                           WHERE coalesce(people.department, people.name) = notices.holder)
                OR EXISTS (SELECT FROM modes JOIN below ON below.code = modes.area
                           WHERE starts_with(notices.key, 'mode/' || modes.id || '/')))))
ORDER BY made_at DESC, id DESC
LIMIT %(limit)s;
