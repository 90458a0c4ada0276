-- name: lock_channel
-- There may be no row of it yet.
SELECT pg_advisory_xact_lock(hashtextextended('yihu channel ' || %(holder)s, 0));

-- name: drop_channel
DELETE FROM channels WHERE holder = %(holder)s;

-- name: keep_unsent
-- What waits there for a digest, the end of quiet hours or another try is read here, and is no old news of a later channel.
UPDATE notices SET due_at = NULL WHERE holder = %(holder)s AND sent_at IS NULL AND due_at IS NOT NULL;
