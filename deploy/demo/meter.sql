-- name: sequences
SELECT site, device, boot, settled - dropped FROM sequences;

-- name: cameras
SELECT site, id FROM devices WHERE kind = 'camera';

-- name: incidents
SELECT kind, count(*) FROM incidents WHERE received_at >= %(since)s GROUP BY kind ORDER BY kind;

-- name: tickets
SELECT kind, count(*) FROM tickets WHERE opened_at >= %(since)s GROUP BY kind ORDER BY kind;

-- name: found
-- When what opened a ticket was captured; those that a person's report opened are not among them.
SELECT tickets.id::text, extract(epoch FROM first.found_at)::float8
FROM tickets
CROSS JOIN LATERAL (SELECT found_at, received_at FROM incidents
                    WHERE incidents.ticket = tickets.id ORDER BY received_at LIMIT 1) AS first
WHERE tickets.opened_at >= %(since)s AND first.received_at <= tickets.opened_at;
