-- name: rates
-- What was rejected or merged counts with what had been done or missed until then: nobody gets rid of that so.
SELECT
    count(*) FILTER (WHERE accepted_at <= due_accept) AS accept_kept,
    count(*) FILTER (WHERE coalesce(accepted_at, undone_at) > due_accept) AS accept_missed,
    count(*) FILTER (WHERE handled_at <= due_handle) AS handle_kept,
    count(*) FILTER (WHERE coalesce(handled_at, undone_at) > due_handle) AS handle_missed,
    count(*) FILTER (WHERE closed_at <= due_close) AS close_kept,
    count(*) FILTER (WHERE coalesce(closed_at, undone_at) > due_close) AS close_missed
FROM tickets CROSS JOIN LATERAL (SELECT CASE WHEN state = 'closed' THEN ended_at END AS closed_at,
                                        coalesce(ended_at, %(now)s) AS undone_at) AS ends
WHERE opened_at >= %(since)s AND opened_at < %(until)s
  AND (%(area)s::text IS NULL OR areas @> ARRAY[%(area)s::text])
  AND within_reach(%(role)s, %(reach)s, %(holder)s, assignee, departments, areas);

-- name: offenders
-- What became due in the period counts against whoever had it then, once it is missed: until now, or whenever it was done.
WITH missed AS (
    SELECT id, step.clock, step.due
    FROM tickets
    CROSS JOIN LATERAL (VALUES ('accept', due_accept, accepted_at), ('handle', due_handle, handled_at),
                               ('close', due_close, NULL)) AS step (clock, due, done)
    WHERE opened_at < %(until)s AND (ended_at IS NULL OR ended_at > %(since)s)  -- as all that was missed then; by an index
      AND step.due >= %(since)s AND step.due < %(until)s AND step.due < coalesce(step.done, ended_at, %(now)s)
      AND (%(area)s::text IS NULL OR areas @> ARRAY[%(area)s::text])
      AND within_reach(%(role)s, %(reach)s, %(holder)s, assignee, departments, areas)
)
SELECT holder, clock, count(*) AS missed
FROM (
    SELECT at_due.holder, missed.clock
    FROM missed CROSS JOIN LATERAL (
        SELECT holder FROM ledger
        WHERE ticket = missed.id AND began_at <= missed.due AND (ended_at IS NULL OR ended_at > missed.due)
        LIMIT 1
    ) AS at_due
    UNION ALL
    SELECT letters.department, 'letter'
    FROM letters JOIN tickets ON tickets.id = letters.ticket
    WHERE deadline >= %(since)s AND deadline < %(until)s
      AND deadline < coalesce(reported_at, letters.ended_at, %(now)s)
      AND (%(area)s::text IS NULL OR areas @> ARRAY[%(area)s::text])
      AND within_reach(%(role)s, %(reach)s, %(holder)s, assignee, departments, areas)
) AS each
GROUP BY holder, clock
HAVING count(*) >= %(least)s
ORDER BY count(*) DESC, holder, clock;

-- name: precision
-- The last word counts: a rejection that was taken back is none. What the system sent out by itself is judged when a
-- person closes it, or sends it out once more.
SELECT site, device, (SELECT name FROM devices WHERE (devices.site, devices.id) = (verdicts.site, verdicts.device)) AS name,
       zone, kind, version, hour,
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
    LEFT JOIN LATERAL (  -- of the rejection, not of an emergency that is known of only since
        SELECT reason FROM ledger
        WHERE tickets.state = 'rejected'
          AND ledger.ticket = tickets.id AND ledger.state = 'rejected' AND began_at = tickets.ended_at
        ORDER BY number LIMIT 1
    ) AS last ON true
    LEFT JOIN LATERAL (  -- of what is open only, and one by one: the whole ledger is long
        SELECT true AS by_somebody
        FROM ledger JOIN ledger AS before ON (before.ticket, before.number) = (ledger.ticket, ledger.number - 1)
        WHERE tickets.ended_at IS NULL AND ledger.ticket = tickets.id AND ledger.by <> %(system)s
          AND ledger.state = 'dispatched' AND before.state <> 'dispatched'
        LIMIT 1
    ) AS sent_out ON true
    LEFT JOIN sites ON sites.id = tickets.site
    WHERE device IS NOT NULL AND tickets.state NOT IN ('candidate', 'merged')
      AND (tickets.state IN ('rejected', 'closed') OR by_somebody)
      AND opened_at >= %(since)s AND opened_at < %(until)s
      AND (%(area)s::text IS NULL OR areas @> ARRAY[%(area)s::text])
      AND within_reach(%(role)s, %(reach)s, %(holder)s, assignee, departments, areas)
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
) AS verdicts
GROUP BY site, device, zone, kind, version, hour
ORDER BY site, device, zone, kind, version, hour;
