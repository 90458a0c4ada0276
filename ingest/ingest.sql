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

-- name: put_agent
-- A will of an earlier boot comes late when the agent is back already: it says nothing about now.
INSERT INTO devices (site, id, kind, name, state, state_at, seen_at, boot, detail)
VALUES (%(site)s, %(id)s, 'agent', %(id)s, %(state)s, %(now)s, %(seen)s, %(boot)s, %(detail)s)
ON CONFLICT (site, id) DO UPDATE SET
    state = excluded.state,
    state_at = CASE WHEN devices.state = excluded.state THEN devices.state_at ELSE excluded.state_at END,
    seen_at = coalesce(excluded.seen_at, devices.seen_at),
    boot = excluded.boot,
    detail = excluded.detail
WHERE excluded.state <> 'offline' OR devices.boot IS NOT DISTINCT FROM excluded.boot;

-- name: put_cameras
-- What changed at once; that it still lives once a minute, and its figures every ten seconds: an agent may have hundreds.
UPDATE devices
SET agent = %(agent)s,
    state = camera.state,
    state_at = CASE WHEN devices.state = camera.state THEN devices.state_at ELSE %(now)s END,
    seen_at = CASE WHEN camera.state = 'online' THEN %(now)s ELSE devices.seen_at END,
    detail = camera.detail
FROM unnest(%(ids)s::text[], %(states)s::text[], %(details)s::jsonb[]) AS camera (id, state, detail)
WHERE devices.site = %(site)s AND devices.id = camera.id
  AND ((devices.state, devices.agent, devices.detail ->> 'error')
           IS DISTINCT FROM (camera.state, %(agent)s, camera.detail ->> 'error')
       OR camera.state = 'online' AND coalesce(devices.seen_at, '-infinity') < %(now)s
          - CASE WHEN devices.detail = camera.detail THEN interval '1 minute' ELSE interval '10 seconds' END);

-- name: forget_cameras
-- Nobody watches over them any more: what was last said of them is no news.
UPDATE devices SET state = 'unknown', state_at = %(now)s, agent = NULL, detail = '{}'
WHERE site = %(site)s AND agent = %(agent)s AND id <> ALL (%(ids)s);

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

-- name: lose_cameras
UPDATE devices AS camera
SET state = 'offline', state_at = %(now)s, detail = '{"error": "its agent is offline"}'
FROM devices AS agent
WHERE agent.site = %(site)s AND agent.id = %(agent)s AND agent.state = 'offline'
  AND camera.site = agent.site AND camera.agent = agent.id AND camera.state <> 'offline';

-- name: changed_configs
SELECT devices.site, devices.id, greatest(devices.changed_at, sites.changed_at),
       CASE WHEN NOT devices.retired THEN
           (devices.config || jsonb_build_object('detector', sites.detector, 'timezone', sites.timezone))::text
       END
FROM devices JOIN sites ON sites.id = devices.site
WHERE devices.config IS NOT NULL AND greatest(devices.changed_at, sites.changed_at) > %(since)s
ORDER BY 3;
