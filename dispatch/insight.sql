-- name: breakdown
-- What was received in the period, by one thing; the rates as `rates` counts them, so that they add up to these.
WITH RECURSIVE up AS (
    SELECT code, code AS above, level, parent, merged_into, 0 AS height FROM areas
    UNION ALL
    SELECT up.code, areas.code, areas.level, areas.parent, areas.merged_into, height + 1
    FROM up JOIN areas ON areas.code = coalesce(up.merged_into, up.parent)
    WHERE height < 20  -- an area that is its own parent leads nowhere
), tree AS (  -- what was opened in a grid that was merged since counts for the general one
    SELECT code,
           (array_agg(above ORDER BY height) FILTER (WHERE merged_into IS NULL))[1] AS grid,
           (array_agg(above ORDER BY height) FILTER (WHERE level = 'community'))[1] AS community
    FROM up GROUP BY code
), received AS (
    SELECT CASE %(by)s
               WHEN 'grid' THEN coalesce(grid, area_code)
               WHEN 'community' THEN community
               WHEN 'department' THEN matters.department
               WHEN 'matter' THEN kind
               WHEN 'day' THEN date(local)::text
               WHEN 'week' THEN date(date_trunc('week', local))::text
               ELSE extract(isodow FROM local) || ' ' || extract(hour FROM local)
           END AS key,
           tickets.*, ends.*, times.*,
           EXISTS (SELECT FROM ledger JOIN ledger AS after ON (after.ticket, after.number) = (ledger.ticket, ledger.number + 1)
                   WHERE %(reopenings)s AND ledger.ticket = tickets.id AND ledger.state IN ('handled', 'closed')
                     AND after.state = 'dispatched') AS reopened
    FROM tickets
    CROSS JOIN LATERAL (SELECT CASE WHEN tickets.state = 'closed' THEN ended_at END AS closed_at,
                               coalesce(ended_at, %(now)s) AS undone_at) AS ends
    CROSS JOIN LATERAL (SELECT extract(epoch FROM accepted_at - opened_at)::float8 AS accept_s,
                               extract(epoch FROM handled_at - opened_at)::float8 AS handle_s,
                               extract(epoch FROM closed_at - opened_at)::float8 AS close_s) AS times
    CROSS JOIN LATERAL (SELECT opened_at AT TIME ZONE %(zone)s AS local) AS clock
    LEFT JOIN tree ON tree.code = area_code
    LEFT JOIN unnest(%(codes)s::text[], %(offices)s::text[]) AS matters (code, department) ON matters.code = kind
    WHERE opened_at >= %(since)s AND opened_at < %(until)s
      AND (%(kinds)s::text[] IS NULL OR kind = ANY (%(kinds)s))
      AND (%(area)s::text IS NULL OR areas @> ARRAY[%(area)s::text])
      AND within_reach(%(role)s, %(reach)s, %(holder)s, assignee, departments, areas)
)
SELECT key, (SELECT name FROM areas WHERE areas.code = key AND %(by)s IN ('grid', 'community')) AS name,
       count(*) AS tickets,
       count(*) FILTER (WHERE state NOT IN ('rejected', 'merged')) AS genuine,
       count(*) FILTER (WHERE coalesce(accepted_at, undone_at) > due_accept OR coalesce(handled_at, undone_at) > due_handle
                              OR undone_at > due_close) AS late,
       count(*) FILTER (WHERE accepted_at <= due_accept) AS accept_kept,
       count(*) FILTER (WHERE coalesce(accepted_at, undone_at) > due_accept) AS accept_missed,
       count(*) FILTER (WHERE handled_at <= due_handle) AS handle_kept,
       count(*) FILTER (WHERE coalesce(handled_at, undone_at) > due_handle) AS handle_missed,
       count(*) FILTER (WHERE closed_at <= due_close) AS close_kept,
       count(*) FILTER (WHERE coalesce(closed_at, undone_at) > due_close) AS close_missed,
       percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY accept_s) AS accept_s,
       percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY handle_s) AS handle_s,
       percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY close_s) AS close_s,
       count(*) FILTER (WHERE parent IS NOT NULL) AS recurrent,
       count(*) FILTER (WHERE reopened) AS reopened,
       count(*) FILTER (WHERE solved) AS solved,
       count(*) FILTER (WHERE NOT solved) AS unsolved
FROM received
GROUP BY key
ORDER BY tickets DESC, key;

-- name: missed
-- The steps that `offenders` counts, by the grid of their ticket.
WITH RECURSIVE up AS (
    SELECT code, code AS grid, merged_into FROM areas
    UNION ALL
    SELECT up.code, areas.code, areas.merged_into FROM up JOIN areas ON areas.code = up.merged_into
), steps AS (
    SELECT id, area_code, step.clock
    FROM tickets
    CROSS JOIN LATERAL (VALUES ('accept', due_accept, accepted_at), ('handle', due_handle, handled_at),
                               ('close', due_close, NULL)) AS step (clock, due, done)
    WHERE opened_at < %(until)s AND (ended_at IS NULL OR ended_at > %(since)s)
      AND step.due >= %(since)s AND step.due < %(until)s AND step.due < coalesce(step.done, ended_at, %(now)s)
      AND (%(area)s::text IS NULL OR areas @> ARRAY[%(area)s::text])
      AND within_reach(%(role)s, %(reach)s, %(holder)s, assignee, departments, areas)
    UNION ALL
    SELECT tickets.id, area_code, 'letter'
    FROM letters JOIN tickets ON tickets.id = letters.ticket
    WHERE deadline >= %(since)s AND deadline < %(until)s
      AND deadline < coalesce(reported_at, letters.ended_at, %(now)s)
      AND (%(area)s::text IS NULL OR areas @> ARRAY[%(area)s::text])
      AND within_reach(%(role)s, %(reach)s, %(holder)s, assignee, departments, areas)
)
SELECT coalesce(grid, area_code) AS key, areas.name, count(DISTINCT id) FILTER (WHERE clock <> 'letter') AS tickets,
       count(*) FILTER (WHERE clock = 'accept') AS accept, count(*) FILTER (WHERE clock = 'handle') AS handle,
       count(*) FILTER (WHERE clock = 'close') AS close, count(*) FILTER (WHERE clock = 'letter') AS letter
FROM steps LEFT JOIN up ON up.code = area_code AND up.merged_into IS NULL LEFT JOIN areas ON areas.code = grid
GROUP BY 1, 2
ORDER BY count(*) DESC, 1;

-- name: recurrences
-- Where the same matter was seen or reported more than once, and it was one each time.
SELECT kind, site, device, zone, cell, count(*) AS tickets, count(*) FILTER (WHERE parent IS NOT NULL) AS recurrent,
       max(opened_at) AS last_at, (array_agg(title ORDER BY opened_at DESC))[1] AS title,
       (array_agg(area_name ORDER BY opened_at DESC))[1] AS area
FROM (
    SELECT kind, site, device, zone, parent, opened_at, title, area_name,
           CASE WHEN device IS NULL AND longitude IS NOT NULL THEN cell_of(longitude, latitude) END AS cell
    FROM tickets
    WHERE opened_at >= %(since)s AND opened_at < %(until)s AND state NOT IN ('rejected', 'merged')
      AND (device IS NOT NULL OR longitude IS NOT NULL)
      AND (%(area)s::text IS NULL OR areas @> ARRAY[%(area)s::text])
      AND within_reach(%(role)s, %(reach)s, %(holder)s, assignee, departments, areas)
) AS seen
GROUP BY kind, site, device, zone, cell
HAVING count(*) > 1
ORDER BY count(*) DESC, max(opened_at) DESC
LIMIT %(limit)s;

-- name: hotspots
WITH there AS (
    SELECT cell_of(longitude, latitude) AS cell, longitude, latitude, kind, area_name
    FROM tickets
    WHERE opened_at >= %(since)s AND opened_at < %(until)s AND state NOT IN ('rejected', 'merged') AND longitude IS NOT NULL
      AND (%(area)s::text IS NULL OR areas @> ARRAY[%(area)s::text])
      AND within_reach(%(role)s, %(reach)s, %(holder)s, assignee, departments, areas)
), hottest AS (SELECT cell, count(*) AS tickets FROM there GROUP BY cell ORDER BY count(*) DESC, cell LIMIT %(limit)s)
SELECT cell, tickets, avg(longitude) AS longitude, avg(latitude) AS latitude, mode() WITHIN GROUP (ORDER BY kind) AS kind,
       mode() WITHIN GROUP (ORDER BY area_name) AS area
FROM hottest JOIN there USING (cell)
GROUP BY cell, tickets
ORDER BY tickets DESC, cell;

-- name: device_places
SELECT site || '/' || id AS name, longitude, latitude FROM devices WHERE longitude IS NOT NULL AND kind <> 'agent';

-- name: blindness
-- How long each device was in a state in which it saw nothing, or a camera showed no street, of the time for which its state
-- is known; and from when to when, in seconds of local time.
WITH told AS (  -- of what was before the period, only what held at its beginning
    SELECT site, device, at, state FROM device_states WHERE at >= %(since)s AND at < %(until)s
    UNION ALL
    SELECT devices.site, devices.id, %(since)s, held.state
    FROM devices CROSS JOIN LATERAL (
        SELECT state FROM device_states
        WHERE (site, device) = (devices.site, devices.id) AND at < %(since)s ORDER BY at DESC LIMIT 1
    ) AS held
), spells AS (
    SELECT devices.site, devices.id, devices.name, devices.kind, told.state, at AS began_at,
           coalesce(lead(at) OVER (PARTITION BY told.site COLLATE "C", told.device COLLATE "C" ORDER BY at),
                    greatest(at, least(%(until)s, %(now)s))) AS ended_at
    FROM told JOIN devices ON (devices.site, devices.id) = (told.site, told.device)
    WHERE devices.kind <> 'agent' AND (%(names)s::text[] IS NULL OR devices.site || '/' || devices.id = ANY (%(names)s))
), known AS (
    SELECT site, id, name, kind, range_agg(tstzrange(began_at, ended_at)) AS known,
           range_agg(tstzrange(began_at, ended_at)) FILTER (WHERE state <> 'online') AS off
    FROM spells WHERE state <> 'retired'
    GROUP BY site, id, name, kind
), impaired AS (  -- pictures came, of no street
    SELECT site, device, range_agg(tstzrange(began_at, greatest(began_at, at))) AS spans
    FROM incidents WHERE starts_with(kind, 'camera_') AND at >= %(since)s AND began_at < %(until)s
    GROUP BY site, device
), unseen AS (
    SELECT known.*, coalesce(off, '{}') + coalesce(spans * known, '{}') AS blind
    FROM known LEFT JOIN impaired ON (impaired.site, impaired.device) = (known.site, known.id)
)
SELECT site, id, name, kind,
       (SELECT coalesce(sum(extract(epoch FROM upper(part) - lower(part))), 0)::float8 FROM unnest(known) AS part) AS known_s,
       (SELECT coalesce(sum(extract(epoch FROM upper(part) - lower(part))), 0)::float8 FROM unnest(blind) AS part) AS blind_s,
       ARRAY(SELECT extract(epoch FROM lower(part) AT TIME ZONE %(zone)s)::float8 FROM unnest(blind) AS part) AS begins,
       ARRAY(SELECT extract(epoch FROM upper(part) AT TIME ZONE %(zone)s)::float8 FROM unnest(blind) AS part) AS ends
FROM unseen
ORDER BY blind_s DESC, site, id;
