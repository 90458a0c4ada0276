-- name: rates
SELECT
    count(*) FILTER (WHERE accepted_at <= due_accept) AS accept_kept,
    count(*) FILTER (WHERE accepted_at > due_accept OR (accepted_at IS NULL AND due_accept < %(now)s)) AS accept_missed,
    count(*) FILTER (WHERE handled_at <= due_handle) AS handle_kept,
    count(*) FILTER (WHERE handled_at > due_handle OR (handled_at IS NULL AND due_handle < %(now)s)) AS handle_missed,
    count(*) FILTER (WHERE ended_at <= due_close) AS close_kept,
    count(*) FILTER (WHERE ended_at > due_close OR (ended_at IS NULL AND due_close < %(now)s)) AS close_missed
FROM tickets
WHERE opened_at >= %(since)s AND opened_at < %(until)s AND state NOT IN ('rejected', 'merged')
  AND (%(area)s::text IS NULL OR areas @> ARRAY[%(area)s::text])
  AND within_reach(%(role)s, %(reach)s, %(holder)s, assignee, departments, areas);

-- name: offenders
WITH missed AS (
    SELECT id, step.clock, step.due
    FROM tickets
    CROSS JOIN LATERAL (VALUES ('accept', due_accept, accepted_at), ('handle', due_handle, handled_at),
                               ('close', due_close, ended_at)) AS step (clock, due, done)
    WHERE state NOT IN ('rejected', 'merged')
      AND step.due >= %(since)s AND step.due < %(now)s AND coalesce(step.done > step.due, true)
      AND (%(area)s::text IS NULL OR areas @> ARRAY[%(area)s::text])
      AND within_reach(%(role)s, %(reach)s, %(holder)s, assignee, departments, areas)
)
SELECT ledger.holder, missed.clock, count(*) AS missed
FROM missed JOIN ledger ON ledger.ticket = missed.id
    AND ledger.began_at <= missed.due AND (ledger.ended_at IS NULL OR ledger.ended_at > missed.due)
GROUP BY ledger.holder, missed.clock
HAVING count(*) >= %(least)s
ORDER BY count(*) DESC, ledger.holder, missed.clock;

-- name: precision
-- The last word counts: a rejection that was taken back is none.
SELECT site, device, zone, kind, version, hour,
       coalesce(sum(count) FILTER (WHERE NOT wrong), 0)::int AS confirmed,
       coalesce(sum(count) FILTER (WHERE wrong), 0)::int AS rejected,
       coalesce(jsonb_object_agg(reason, count) FILTER (WHERE wrong), '{}') AS reasons
FROM (
    SELECT tickets.site, device, coalesce(zone, '') AS zone, kind, explanation -> 'rule' ->> 'version' AS version,
           extract(hour FROM opened_at AT TIME ZONE coalesce(sites.timezone, 'Asia/Shanghai'))::int AS hour,
           tickets.state = 'rejected' AS wrong,
           CASE WHEN tickets.state = 'rejected' THEN last.reason END AS reason,
           count(*) AS count
    FROM tickets
    JOIN LATERAL (SELECT reason FROM ledger WHERE ledger.ticket = tickets.id ORDER BY number DESC LIMIT 1) AS last ON true
    LEFT JOIN sites ON sites.id = tickets.site
    WHERE device IS NOT NULL AND tickets.state NOT IN ('candidate', 'merged')
      AND opened_at >= %(since)s AND opened_at < %(until)s
      AND (%(area)s::text IS NULL OR areas @> ARRAY[%(area)s::text])
      AND within_reach(%(role)s, %(reach)s, %(holder)s, assignee, departments, areas)
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
) AS verdicts
GROUP BY site, device, zone, kind, version, hour
ORDER BY site, device, zone, kind, version, hour;
