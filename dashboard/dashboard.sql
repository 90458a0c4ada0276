-- name: newest_tickets
-- Of the newest that an index gives in this order, those that were asked for: as good as all where many were.
WITH newest AS MATERIALIZED (
    SELECT id, opened_at, state, kind, site, device, assignee, departments, areas FROM tickets
    WHERE (%(device)s::text IS NULL OR device = %(device)s)
      AND (%(state)s::text IS NULL OR state = %(state)s)
      AND (%(state)s::text IS NOT NULL OR %(kind)s::text IS NULL OR kind = %(kind)s)
      AND (%(after_at)s::timestamptz IS NULL OR (opened_at, id) < (%(after_at)s, %(after_id)s))
    ORDER BY opened_at DESC, id DESC
    LIMIT %(window)s
)
SELECT id FROM newest
WHERE (%(marks)s::text[] IS NULL OR marks_of(state, kind, site, device) @> %(marks)s)
  AND (%(area)s::text IS NULL OR areas @> ARRAY[%(area)s::text])
  AND within_reach(%(role)s, %(reach)s, %(holder)s, assignee, departments, areas)
ORDER BY opened_at DESC, id DESC
LIMIT %(limit)s;

-- name: listed_tickets
-- As above, of the newest in the two lists (or one) that hold all that were asked for.
SELECT id FROM (
    (SELECT opened_at, ticket FROM ticket_lists
     WHERE list = %(list)s AND (%(after_at)s::timestamptz IS NULL OR (opened_at, ticket) < (%(after_at)s, %(after_id)s))
     ORDER BY opened_at DESC, ticket DESC LIMIT %(listed)s)
    UNION ALL
    (SELECT opened_at, ticket FROM ticket_lists AS mine
     WHERE list = %(own)s AND (%(after_at)s::timestamptz IS NULL OR (opened_at, ticket) < (%(after_at)s, %(after_id)s))
       AND NOT EXISTS (SELECT FROM ticket_lists AS there
                       WHERE (there.list, there.opened_at, there.ticket) = (%(list)s, mine.opened_at, mine.ticket) OFFSET 0)
     ORDER BY opened_at DESC, ticket DESC LIMIT %(listed)s)
    ORDER BY opened_at DESC, ticket DESC
    LIMIT %(listed)s
) AS newest
CROSS JOIN LATERAL (SELECT * FROM tickets WHERE tickets.id = newest.ticket OFFSET 0) AS each  -- OFFSET 0: one by one
WHERE (%(marks)s::text[] IS NULL OR marks_of(state, kind, site, device) @> %(marks)s)
  AND (%(area)s::text IS NULL OR areas @> ARRAY[%(area)s::text])
  AND within_reach(%(role)s, %(reach)s, %(holder)s, assignee, departments, areas)
ORDER BY newest.opened_at DESC, newest.ticket DESC
LIMIT %(limit)s;

-- name: few_tickets
-- All that were asked for, by what they have in common, and of these the newest: quick where they are few.
WITH found AS MATERIALIZED (
    SELECT id, opened_at FROM tickets
    WHERE (%(marks)s::text[] IS NULL OR marks_of(state, kind, site, device) @> %(marks)s)
      AND (%(area)s::text IS NULL OR areas @> ARRAY[%(area)s::text])
      AND within_reach(%(role)s, %(reach)s, %(holder)s, assignee, departments, areas)
      AND (%(after_at)s::timestamptz IS NULL OR (opened_at, id) < (%(after_at)s, %(after_id)s))
)
SELECT id FROM found ORDER BY opened_at DESC, id DESC LIMIT %(limit)s;

-- name: searched_tickets
-- What no list or index holds; the planner has the values, and goes by what there is.
SELECT id FROM tickets
WHERE (%(marks)s::text[] IS NULL OR marks_of(state, kind, site, device) @> %(marks)s)
  AND (%(area)s::text IS NULL OR areas @> ARRAY[%(area)s::text])
  AND within_reach(%(role)s, %(reach)s, %(holder)s, assignee, departments, areas)
  AND (%(after_at)s::timestamptz IS NULL OR (opened_at, id) < (%(after_at)s, %(after_id)s))
  AND (%(from)s::timestamptz IS NULL OR opened_at >= %(from)s)
  AND (%(to)s::timestamptz IS NULL OR opened_at < %(to)s)
  AND (%(severity)s::text IS NULL OR severity = %(severity)s)
  AND (%(with)s::text IS NULL OR assignee = %(with)s OR departments @> ARRAY[%(with)s::text])
  AND (%(overdue)s::boolean IS NULL OR (ended_at IS NULL AND overdue_at < %(now)s) = %(overdue)s)
  AND (%(number)s::text IS NULL OR number = %(number)s)
  AND (%(words)s::text IS NULL
       OR concat_ws(' ', title, text, area_name, device, assignee, array_to_string(departments, ' ')) ILIKE %(words)s)
  AND (%(grid)s::text IS NULL OR coalesce(area_code, '-') IN (
          WITH RECURSIVE merged AS (
              SELECT %(grid)s::text AS code
              UNION
              SELECT areas.code FROM areas JOIN merged ON areas.merged_into = merged.code
          ) SELECT code FROM merged))
  AND (%(kinds)s::text[] IS NULL OR (kind = ANY (%(kinds)s)) <> %(unlisted)s)
  AND (%(weekday)s::int IS NULL OR extract(isodow FROM opened_at AT TIME ZONE %(local)s) = %(weekday)s)
  AND (%(hour)s::int IS NULL OR extract(hour FROM opened_at AT TIME ZONE %(local)s) = %(hour)s)
  AND (%(cell)s::text IS NULL OR cell_of(longitude, latitude) = %(cell)s)
  AND (%(zone)s::text IS NULL OR zone = %(zone)s)
  AND (%(genuine)s::boolean IS NULL OR (state NOT IN ('rejected', 'merged')) = %(genuine)s)
  AND (%(recurrent)s::boolean IS NULL OR (parent IS NOT NULL) = %(recurrent)s)
  AND (%(solved)s::boolean IS NULL OR solved = %(solved)s)
  AND (%(confirmed)s::boolean IS NULL OR %(confirmed)s = (device IS NOT NULL AND (state = 'closed' OR ended_at IS NULL AND EXISTS (
          SELECT FROM ledger JOIN ledger AS before ON (before.ticket, before.number) = (ledger.ticket, ledger.number - 1)
          WHERE ledger.ticket = tickets.id AND ledger.by <> %(system)s
            AND ledger.state = 'dispatched' AND before.state <> 'dispatched' AND tickets.state <> 'candidate'))))
  AND (%(reopened)s::boolean IS NULL OR %(reopened)s = EXISTS (
          SELECT FROM ledger JOIN ledger AS after ON (after.ticket, after.number) = (ledger.ticket, ledger.number + 1)
          WHERE ledger.ticket = tickets.id AND ledger.state IN ('handled', 'closed') AND after.state = 'dispatched'))
  AND (num_nonnulls(%(missed)s::text, %(missed_by)s::text, %(due_from)s::timestamptz, %(due_to)s::timestamptz) = 0 OR EXISTS (
          SELECT FROM (
              SELECT clock, due, held.holder
              FROM (VALUES ('accept', due_accept, accepted_at), ('handle', due_handle, handled_at),
                           ('close', due_close, NULL)) AS step (clock, due, done)
              LEFT JOIN LATERAL (
                  SELECT holder FROM ledger
                  WHERE ticket = tickets.id AND began_at <= due AND (ended_at IS NULL OR ended_at > due) LIMIT 1
              ) AS held ON %(missed_by)s::text IS NOT NULL
              WHERE due < coalesce(done, tickets.ended_at, %(now)s)
              UNION ALL
              SELECT 'letter', deadline, department FROM letters
              WHERE ticket = tickets.id AND deadline < coalesce(reported_at, ended_at, %(now)s)
          ) AS late
          WHERE (clock = %(missed)s OR clock <> 'letter' AND coalesce(%(missed)s, 'any') = 'any')
            AND (%(missed_by)s::text IS NULL OR coalesce(holder, '-') = %(missed_by)s)
            AND (%(due_from)s::timestamptz IS NULL OR due >= %(due_from)s)
            AND (%(due_to)s::timestamptz IS NULL OR due < %(due_to)s)))
ORDER BY opened_at DESC, id DESC
LIMIT %(limit)s;

-- name: tickets
SELECT * FROM ticket_view WHERE id = ANY (%(ids)s) ORDER BY opened_at DESC, id DESC;

-- name: tickets_of
SELECT DISTINCT ticket FROM incidents WHERE id = ANY (%(incidents)s) AND ticket IS NOT NULL;

-- name: get_ticket
SELECT * FROM ticket_view
WHERE id = %(id)s
  AND within_reach(%(role)s, %(reach)s, %(holder)s, assignee, departments, areas);

-- name: wall_tickets
-- What nobody has seen to comes first, or newer ones would push it out. Each part is found in the order of an index.
WITH unseen AS (
    SELECT id FROM tickets
    WHERE ended_at IS NULL AND array_position(ARRAY['critical', 'major', 'minor'], severity) = 1 AND acknowledged_by IS NULL
      AND (%(area)s::text IS NULL OR areas @> ARRAY[%(area)s::text])
      AND within_reach(%(role)s, %(reach)s, %(holder)s, assignee, departments, areas)
    ORDER BY opened_at DESC
    LIMIT %(limit)s
), gravest AS (
    SELECT id FROM tickets
    WHERE ended_at IS NULL AND (%(area)s::text IS NULL OR areas @> ARRAY[%(area)s::text])
      AND within_reach(%(role)s, %(reach)s, %(holder)s, assignee, departments, areas)
    ORDER BY array_position(ARRAY['critical', 'major', 'minor'], severity), opened_at DESC
    LIMIT %(limit)s
)
SELECT * FROM ticket_view
WHERE id IN (SELECT id FROM unseen UNION SELECT id FROM gravest)
ORDER BY severity = 'critical' AND acknowledged_by IS NULL DESC,
         array_position(ARRAY['critical', 'major', 'minor'], severity), opened_at DESC
LIMIT %(limit)s;

-- name: modes
-- The emergencies that hold for an area or anywhere within it.
WITH RECURSIVE up AS (
    SELECT code, parent, merged_into FROM areas WHERE code = %(code)s
    UNION
    SELECT areas.code, areas.parent, areas.merged_into FROM areas JOIN up ON areas.code = coalesce(up.merged_into, up.parent)
), down AS (
    SELECT code FROM areas WHERE code = %(code)s
    UNION
    SELECT areas.code FROM areas JOIN down ON down.code = coalesce(areas.merged_into, areas.parent)
)
SELECT id, kind, pace, area, reason, by, began_at, until, ended_at, ended_by, ended_reason
FROM modes
WHERE began_at <= now() AND now() < over_at(modes)
  AND (%(code)s::text IS NULL OR area IN (SELECT code FROM up UNION SELECT code FROM down))
ORDER BY began_at;

-- name: points
SELECT id, kind, state, severity, area_code AS area, longitude, latitude, opened_at,
       overdue_at AS due
FROM tickets
WHERE ended_at IS NULL AND (%(area)s::text IS NULL OR areas @> ARRAY[%(area)s::text])
  AND within_reach(%(role)s, %(reach)s, %(holder)s, assignee, departments, areas)
ORDER BY overdue_at
LIMIT %(limit)s;

-- name: count_open
SELECT state, severity, count(*) AS tickets, count(*) FILTER (WHERE overdue_at < now()) AS overdue
FROM tickets
WHERE ended_at IS NULL AND (%(area)s::text IS NULL OR areas @> ARRAY[%(area)s::text])
  AND within_reach(%(role)s, %(reach)s, %(holder)s, assignee, departments, areas)
GROUP BY state, severity;

-- name: timeline
SELECT at, actor, action, from_state, to_state, reason, note, detail
FROM audit WHERE ticket = %(id)s AND subject = 'ticket' ORDER BY seq;

-- name: looks
SELECT at, actor, (detail ->> 'evidence')::uuid AS evidence, detail ->> 'role' AS role,
       (detail ->> 'taken_at')::timestamptz AS taken_at, detail ->> 'sha256' AS sha256
FROM audit WHERE ticket = %(id)s AND subject = 'evidence' ORDER BY seq;

-- name: evidence
SELECT evidence.ticket, evidence.media_type, evidence.redactions, evidence.data, evidence.role, evidence.at,
       evidence.removed_at, encode(evidence.sha256, 'hex') AS sha256
FROM evidence JOIN tickets ON tickets.id = evidence.ticket
WHERE evidence.id = %(id)s
  AND within_reach(%(role)s, %(reach)s, %(holder)s, assignee, departments, areas);

-- name: device_position
SELECT longitude, latitude FROM devices WHERE site = %(site)s AND id = %(device)s AND NOT retired;

-- name: devices
-- In the order of `ShownDevice.of_row`. Whoever is online is seen whenever its agent is, as by `last_seen`, which would be asked
-- a thousand times. An incident that nobody has told of for so long is over: detect does so every minute, or with every frame
-- of one who sends them more seldom.
WITH impaired AS (
    SELECT DISTINCT ON (site, device) site, device, kind AS blind, began_at AS blind_since
    FROM incidents WHERE starts_with(kind, 'camera_') AND phase <> 'clear' AND at > now() - interval '15 minutes'
    ORDER BY site, device, began_at DESC
), agents AS (
    SELECT site, id AS agent, seen_at AS heard_at FROM devices WHERE kind = 'agent'
)
SELECT devices.site, devices.id, kind, name, longitude, latitude, state, state_at,
       CASE WHEN state = 'online' THEN greatest(seen_at, heard_at) ELSE seen_at END, devices.agent, detail::text,
       pictures.received_at, blind, blind_since
FROM devices LEFT JOIN pictures ON (pictures.site, pictures.device) = (devices.site, devices.id)
             LEFT JOIN impaired ON (impaired.site, impaired.device) = (devices.site, devices.id)
             LEFT JOIN agents ON (agents.site, agents.agent) = (devices.site, devices.agent)
WHERE NOT retired AND (%(names)s::text[] IS NULL OR devices.site || '/' || devices.id = ANY (%(names)s))
  AND (%(kind)s::text IS NULL OR kind = %(kind)s)
  AND (%(west)s::float8 IS NULL
       OR longitude BETWEEN %(west)s AND %(east)s AND latitude BETWEEN %(south)s AND %(north)s);

-- name: picture
SELECT at, jpeg FROM pictures WHERE site = %(site)s AND device = %(device)s;

-- name: readings
-- And of what is older than is kept, what an open ticket refers to.
SELECT at, metric, value, text, unit, NULL AS span_s, NULL AS count, NULL AS min, NULL AS max
FROM (
    SELECT site, device, metric, at, value, text, unit FROM readings
    UNION ALL
    SELECT site, device, metric, at, value, text, unit FROM held_readings
) AS kept
WHERE site = %(site)s AND device = %(device)s
  AND (%(metric)s::text IS NULL OR metric = %(metric)s)
  AND (%(from)s::timestamptz IS NULL OR at >= %(from)s)
  AND (%(to)s::timestamptz IS NULL OR at < %(to)s)
ORDER BY at DESC
LIMIT %(limit)s;

-- name: readings_5m
SELECT bucket AS at, metric, avg AS value, NULL AS text, unit, 300 AS span_s, count, min, max
FROM readings_5m
WHERE site = %(site)s AND device = %(device)s
  AND (%(metric)s::text IS NULL OR metric = %(metric)s)
  AND bucket >= %(from)s AND (%(to)s::timestamptz IS NULL OR bucket < %(to)s)
ORDER BY bucket DESC
LIMIT %(limit)s;

-- name: readings_1h
SELECT bucket AS at, metric, avg AS value, NULL AS text, unit, 3600 AS span_s, count, min, max
FROM readings_1h
WHERE site = %(site)s AND device = %(device)s
  AND (%(metric)s::text IS NULL OR metric = %(metric)s)
  AND bucket >= %(from)s AND (%(to)s::timestamptz IS NULL OR bucket < %(to)s)
ORDER BY bucket DESC
LIMIT %(limit)s;

-- name: began_before
SELECT FROM readings_1h
WHERE site = %(site)s AND device = %(device)s
  AND (%(metric)s::text IS NULL OR metric = %(metric)s)
  AND bucket >= %(from)s AND bucket < date_trunc('hour', %(first)s::timestamptz, 'UTC')
LIMIT 1;

-- name: gaps
SELECT boot, heard_at, spans(missing_of(settled)) AS missing, spans(dropped) AS dropped
FROM sequences
WHERE site = %(site)s AND device = %(device)s
  AND (gaps OR NOT isempty(dropped))
ORDER BY heard_at DESC
LIMIT 100;

-- name: trends
-- Of the sensors whose newest value is nearest to what a rule of theirs asks, or beyond it: the last hour by the minute.
WITH watched AS (
    SELECT site, id, name, rule ->> 'metric' AS metric, (rule ->> 'above')::float AS above, (rule ->> 'below')::float AS below
    FROM devices CROSS JOIN jsonb_array_elements(CASE jsonb_typeof(config -> 'rules') WHEN 'array' THEN config -> 'rules'
                                                 ELSE '[]' END) AS rule
    WHERE kind = 'sensor' AND NOT retired AND rule ? 'metric' AND site || '/' || id = ANY (%(names)s)
), nearest AS (
    SELECT watched.*, newest.value AS last, newest.unit, coalesce(above, below) AS "limit",
           CASE WHEN above > 0 THEN newest.value / above WHEN newest.value > 0 THEN below / newest.value END AS nearness
    FROM watched CROSS JOIN LATERAL (
        SELECT value, unit FROM readings
        WHERE (site, device, metric) = (watched.site, watched.id, watched.metric)
          AND at > %(now)s - interval '1 hour' AND at <= %(now)s AND value IS NOT NULL
        ORDER BY at DESC LIMIT 1
    ) AS newest
    ORDER BY nearness DESC NULLS LAST, site, id
    LIMIT %(limit)s
)
SELECT nearest.site, nearest.id, name, nearest.metric, nearest.unit, "limit", last, array(
    SELECT avg(value) FROM generate_series(59, 0, -1) AS minute
    LEFT JOIN readings ON (readings.site, device, readings.metric) = (nearest.site, nearest.id, nearest.metric)
                      AND at > %(now)s - (minute + 1) * interval '1 minute' AND at <= %(now)s - minute * interval '1 minute'
    GROUP BY minute ORDER BY minute DESC
) AS points
FROM nearest
ORDER BY nearness DESC NULLS LAST, site, id;

-- name: site
SELECT id, name FROM sites ORDER BY changed_at DESC LIMIT 1;

-- name: timezone
SELECT timezone FROM sites ORDER BY changed_at DESC LIMIT 1;

-- name: area
SELECT code, name, polygon FROM areas WHERE code = %(code)s;

-- name: areas
SELECT code, name, level, parent, polygon, merged_into FROM areas ORDER BY length(code), code;

-- name: data_at
-- Whoever speaks for itself: an agent for all of its own, too.
SELECT max(seen_at) AS at FROM devices WHERE kind = 'agent' OR split_part(config ->> 'sensor', '://', 1) = 'mqtt';
