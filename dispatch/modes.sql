-- name: declare
INSERT INTO modes (id, kind, pace, area, reason, by, began_at, until)
VALUES (%(id)s, %(kind)s, %(pace)s, %(area)s, %(reason)s, %(by)s, %(began_at)s, %(until)s);

-- name: end
UPDATE modes SET ended_at = %(now)s, ended_by = %(by)s, ended_reason = %(reason)s
WHERE id = %(id)s AND ended_at IS NULL AND until > %(now)s
RETURNING id, kind, pace, area, reason, by, began_at, until, ended_at, ended_by, ended_reason;

-- name: end_overdue
UPDATE modes SET ended_at = until, ended_by = %(by)s, ended_reason = 'its time is over'
WHERE ended_at IS NULL AND until <= %(now)s
RETURNING id, kind, pace, area, reason, by, began_at, until, ended_at, ended_by, ended_reason;

-- name: modes
SELECT id, kind, pace, area, reason, by, began_at, until, ended_at, ended_by, ended_reason
FROM modes WHERE over_at(modes) > %(since)s
ORDER BY began_at;

-- name: area_of
SELECT area FROM modes WHERE id = %(id)s;

-- name: path_of
WITH RECURSIVE up AS (
    SELECT code, parent FROM areas WHERE code = %(area)s
    UNION
    SELECT areas.code, areas.parent FROM areas JOIN up ON areas.code = up.parent
)
SELECT code FROM up;
