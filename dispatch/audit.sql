-- name: append
INSERT INTO audit (at, actor, action, subject, ticket, from_state, to_state, reason, note, detail, before, after)
VALUES (%(at)s, %(actor)s, %(action)s, %(subject)s, %(ticket)s, %(from_state)s, %(to_state)s, %(reason)s, %(note)s,
        %(detail)s, %(before)s, %(after)s);

-- name: lock_order
SELECT pg_advisory_xact_lock(hashtextextended('yihu order ' || %(id)s, 0));

-- name: order
SELECT FROM audit WHERE ticket = %(ticket)s AND actor = %(actor)s AND detail ->> 'id' = %(id)s;

-- name: chain
-- By the words of this file: whoever owns the database might have its function audit_text say something else.
SELECT seq, jsonb_build_array(
           seq, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), actor, action, subject, ticket, from_state,
           to_state, reason, note, detail, before, after
       )::text, hash
FROM audit ORDER BY seq;

-- name: head
SELECT seq, hash FROM audit_head;
