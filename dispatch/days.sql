-- name: lock
SELECT pg_advisory_xact_lock(hashtext('tickets_by_day'));

-- name: unsettle
-- What is being changed just now will be marked when it is there.
WITH changed AS (DELETE FROM changed_tickets RETURNING opened_at), days AS (
    SELECT DISTINCT (opened_at AT TIME ZONE centre_zone())::date AS day FROM changed
), gone AS (
    DELETE FROM tickets_by_day_kept WHERE day IN (SELECT day FROM days) OR clocks <> centre_zone()
)
DELETE FROM settled_days WHERE day IN (SELECT day FROM days) OR clocks <> centre_zone();

-- name: settle
-- Days that have been over for a day, and of whose tickets none is open.
WITH days AS (
    SELECT day::date AS day, clocks
    FROM (SELECT centre_zone() AS clocks) AS centre
    CROSS JOIN LATERAL generate_series(
        ((SELECT min(opened_at) FROM tickets) AT TIME ZONE clocks)::date, (%(now)s AT TIME ZONE clocks)::date - 2, interval '1 day'
    ) AS days (day)
    WHERE NOT EXISTS (SELECT FROM settled_days WHERE (settled_days.day, settled_days.clocks) = (days.day::date, centre.clocks))
      AND NOT EXISTS (
          SELECT FROM tickets WHERE ended_at IS NULL
            AND opened_at >= day::date::timestamp AT TIME ZONE clocks AND opened_at < (day::date + 1)::timestamp AT TIME ZONE clocks
      )
    LIMIT %(limit)s
), settled AS (
    INSERT INTO settled_days SELECT day, clocks FROM days RETURNING day, clocks
), made AS (
    INSERT INTO tickets_by_day_kept
    SELECT made.* FROM settled CROSS JOIN LATERAL tickets_of_day(settled.day, settled.clocks) AS made
)
SELECT count(*) FROM settled;
