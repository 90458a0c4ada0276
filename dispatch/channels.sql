-- name: drop_channel
DELETE FROM channels WHERE holder = %(holder)s;
