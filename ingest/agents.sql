-- name: put_agents
-- A will of an earlier boot comes late when the agent is back already: it says nothing about now.
INSERT INTO devices (site, id, kind, name, state, state_at, seen_at, boot, detail)
SELECT site, id, 'agent', id, state, %(now)s::timestamptz, CASE WHEN state <> 'offline' THEN %(now)s::timestamptz END, boot, detail
FROM json_to_recordset(%(agents)s) AS agent (site text, id text, state text, boot uuid, detail jsonb)
ON CONFLICT (site, id) DO UPDATE SET
    state = excluded.state,
    state_at = CASE WHEN devices.state = excluded.state THEN devices.state_at ELSE excluded.state_at END,
    seen_at = coalesce(excluded.seen_at, devices.seen_at),
    boot = excluded.boot,
    detail = excluded.detail
WHERE excluded.state <> 'offline' OR devices.boot IS NOT DISTINCT FROM excluded.boot;

-- name: put_watched
-- While it is online it is seen whenever its agent is: only what changed is written. To be run before `put_agents`.
UPDATE devices
SET agent = watched.agent,
    state = watched.state,
    state_at = CASE WHEN devices.state = watched.state THEN devices.state_at ELSE %(now)s END,
    seen_at = CASE WHEN watched.state = 'online' THEN %(now)s ELSE last_seen(devices) END,
    detail = watched.detail
FROM json_to_recordset(%(watched)s) AS watched (site text, agent text, id text, state text, detail jsonb)
WHERE devices.site = watched.site AND devices.id = watched.id
  AND (devices.agent, devices.state, devices.detail) IS DISTINCT FROM (watched.agent, watched.state, watched.detail);

-- name: forget_unwatched
-- Nobody watches over them any more: what was last said of them is no news.
UPDATE devices SET state = 'unknown', state_at = %(now)s, seen_at = last_seen(devices), agent = NULL, detail = '{}'
FROM json_to_recordset(%(others)s) AS reporting (site text, id text)
WHERE devices.site = reporting.site AND devices.agent = reporting.id
  AND (devices.site, devices.agent, devices.id) NOT IN (  -- hashed, whatever the planner thinks how many there are
      SELECT site, agent, id FROM json_to_recordset(%(watched)s) AS watched (site text, agent text, id text)
  );

-- name: lose_watched
UPDATE devices AS watched
SET state = 'offline', state_at = %(now)s, seen_at = last_seen(watched), detail = '{"error": "its agent is offline"}'
FROM json_to_recordset(%(agents)s) AS lost (site text, id text, state text)
JOIN devices AS agent USING (site, id)
WHERE lost.state = 'offline' AND agent.state = 'offline'
  AND watched.site = agent.site AND watched.agent = agent.id AND watched.state <> 'offline';
