-- name: append
INSERT INTO audit (at, actor, action, subject, ticket, from_state, to_state, reason, note, detail, before, after)
VALUES (%(at)s, %(actor)s, %(action)s, %(subject)s, %(ticket)s, %(from_state)s, %(to_state)s, %(reason)s, %(note)s,
        %(detail)s, %(before)s, %(after)s);

-- name: chain
SELECT seq, audit_text(audit), hash FROM audit ORDER BY seq;

-- name: head
SELECT seq, hash FROM audit_head;
