-- name: copy_readings
COPY readings (at, site, device, metric, value, text, unit, received_at, clock_s) FROM STDIN (FORMAT BINARY);

-- name: copy_statuses
COPY statuses (at, site, device, state, boot, body, received_at) FROM STDIN (FORMAT BINARY);

-- name: copy_quarantine
COPY quarantine (at, topic, reason, size, head) FROM STDIN (FORMAT BINARY);

-- name: put_picture
INSERT INTO pictures (site, device, at, received_at, jpeg) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (site, device) DO UPDATE SET at = excluded.at, received_at = excluded.received_at, jpeg = excluded.jpeg
WHERE excluded.at > pictures.at;

-- name: pushers
SELECT site, id FROM devices
WHERE kind = 'sensor' AND NOT retired AND split_part(config ->> 'sensor', '://', 1) = %(pushes)s;

-- name: note_pushers
-- Whoever pushes by itself is online when its readings come; stalled when silent since it was seen, installed, listened to.
UPDATE devices
SET state = CASE WHEN heard THEN 'online' ELSE 'stalled' END,
    state_at = CASE WHEN heard AND state = 'online' THEN state_at ELSE %(now)s END,
    seen_at = CASE WHEN heard THEN %(now)s ELSE seen_at END,
    detail = CASE WHEN heard THEN '{}' ELSE
        jsonb_build_object('error', format('no reading for %%s s: check its power and its line', round(patience_s)))
    END
FROM (
    SELECT site, id, heard.id IS NOT NULL AS heard,
           greatest(%(silence_s)s, %(missed)s * (config ->> 'every')::float8) AS patience_s
    FROM devices LEFT JOIN unnest(%(sites)s::text[], %(ids)s::text[]) AS heard (site, id) USING (site, id)
    WHERE kind = 'sensor' AND NOT retired AND split_part(config ->> 'sensor', '://', 1) = %(pushes)s
) AS pusher
WHERE (devices.site, devices.id) = (pusher.site, pusher.id)
  AND (heard OR state <> 'stalled'
       AND greatest(seen_at, changed_at, %(since)s) < %(now)s - make_interval(secs => patience_s));

-- name: changed_configs
SELECT devices.site, devices.id, CASE WHEN NOT devices.retired THEN
           (devices.config || jsonb_build_object('detector', sites.detector, 'timezone', sites.timezone))::text
       END
FROM sites CROSS JOIN LATERAL (
    SELECT * FROM devices WHERE site = sites.id AND sites.changed_at >= %(since)s
    UNION ALL  -- an OR would read them all, each second
    SELECT * FROM devices WHERE site = sites.id AND sites.changed_at < %(since)s AND changed_at >= %(since)s
) AS devices
WHERE devices.config IS NOT NULL;

-- name: settled_until
-- What was changed before that is committed: who is at work since then has begun later.
SELECT least(clock_timestamp(), min(xact_start)) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid();
