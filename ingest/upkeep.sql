-- name: has_timescale
SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'timescaledb');

-- name: uncovered_days
-- Those from today on, and of what lies in the default partition those that are kept, that have no partition yet.
WITH parts AS (
    SELECT substring(bound from $$FROM \('([^']+)$$)::timestamptz AS since,
           substring(bound from $$TO \('([^']+)$$)::timestamptz AS until
    FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
         CROSS JOIN LATERAL pg_get_expr(relpartbound, pg_class.oid) AS bound
    WHERE inhparent = %(table)s::regclass AND bound <> 'DEFAULT'
), days AS (
    SELECT generate_series(%(today)s, %(ahead)s, interval '1 day') AS day
    UNION
    SELECT date_trunc('day', at, 'UTC') FROM {default} WHERE at >= %(oldest)s AND at < %(ahead)s
)
SELECT day FROM days
WHERE NOT EXISTS (SELECT FROM parts WHERE day < until AND (since IS NULL OR day >= since))
ORDER BY day;

-- name: take_stray
-- What came for a day before there was a partition for it.
WITH stray AS (DELETE FROM {default} WHERE at >= %(since)s AND at < %(until)s RETURNING *)
INSERT INTO {part} SELECT * FROM stray;

-- name: partitions_until
-- The oldest first. That of what was there before partitions were has no beginning.
SELECT coalesce(substring(bound from $$FROM \('([^']+)$$), '-infinity') AS since, until, relname AS name
FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
     CROSS JOIN LATERAL pg_get_expr(relpartbound, pg_class.oid) AS bound
     CROSS JOIN LATERAL CAST(substring(bound from $$TO \('([^']+)$$) AS timestamptz) AS until
WHERE inhparent = %(table)s::regclass AND until <= %(cutoff)s
ORDER BY until;

-- name: remove_far_off
-- What came late is kept as long as if it had come in time.
DELETE FROM {default} WHERE at < %(cutoff)s AND {arrived} < %(cutoff)s;

-- name: remove_far_off_readings
WITH gone AS (DELETE FROM {default} WHERE at < %(cutoff)s AND {arrived} < %(cutoff)s RETURNING *), held AS (
    INSERT INTO held_readings
    SELECT DISTINCT gone.* FROM gone JOIN held_spans('-infinity', %(cutoff)s) AS held
    ON (gone.site, gone.device) = (held.site, held.device) AND span @> at AND (held.metric IS NULL OR gone.metric = held.metric)
)
SELECT FROM gone;

-- name: set_raw_from
UPDATE refreshed SET raw_from = greatest(raw_from, %(cutoff)s);

-- name: chunks_until
SELECT range_start::text AS since, range_end AS until FROM timescaledb_information.chunks
WHERE hypertable_name = %(table)s AND hypertable_schema = current_schema AND range_end <= %(cutoff)s
ORDER BY range_end;

-- name: drop_chunks
SELECT drop_chunks(%(table)s::regclass, older_than => %(until)s::timestamptz);

-- name: hold_readings
SELECT hold_readings(%(since)s::timestamptz, %(until)s);

-- name: release_readings
-- Whose ticket has been closed since.
DELETE FROM held_readings AS held WHERE NOT EXISTS (
    SELECT FROM incidents
    WHERE (incidents.site, incidents.device) = (held.site, held.device)
      AND (incidents.kind = 'sensor_fault' OR incidents.zone = held.metric)
      AND held.at >= least(began_at, incidents.at) - interval '1 hour'
      AND held.at < greatest(began_at, incidents.at) + interval '1 hour'
      AND is_held(ticket, 'infinity')
);

-- name: forget_boots
-- One with gaps stays: what is missing is not to be forgotten by waiting.
-- So does that of an agent that still runs: a device of it that was silent for so long goes on in it.
DELETE FROM sequences WHERE heard_at < %(cutoff)s AND NOT gaps
    AND NOT EXISTS (SELECT FROM devices WHERE devices.site = sequences.site AND devices.boot = sequences.boot);

-- name: refreshed
SELECT nullif(until, '-infinity'), nullif(heard_at, '-infinity') FROM refreshed FOR UPDATE;

-- name: first_reading
SELECT date_trunc('day', min(at), 'UTC') FROM readings WHERE at >= (SELECT raw_from FROM refreshed) AND at < %(target)s;

-- name: fold_late
-- What came after its five minutes had been made, and is not so old that only it would be left of them.
WITH late AS MATERIALIZED (
    SELECT DISTINCT site, device, metric, date_bin('5 minutes', at, '2000-01-01Z') AS bucket
    FROM readings
    WHERE received_at >= %(since)s AND at < %(until)s AND at >= (SELECT raw_from FROM refreshed) AND value IS NOT NULL
      AND received_at >= date_bin('5 minutes', at, '2000-01-01Z') + %(in_time)s
), hours AS (
    SELECT DISTINCT site, device, metric, date_bin('1 hour', bucket, '2000-01-01Z') AS bucket FROM late
    WHERE bucket < date_trunc('hour', %(until)s::timestamptz, 'UTC')
), by_5m AS (
    INSERT INTO readings_5m_kept
    SELECT late.*, made.* FROM late CROSS JOIN LATERAL (
        SELECT count(value), sum(value), avg(value), min(value), max(value), (array_agg(value ORDER BY at DESC))[1],
               (array_agg(unit ORDER BY at DESC))[1]
        FROM readings
        WHERE (site, device, metric) = (late.site, late.device, late.metric) AND value IS NOT NULL
          AND at >= bucket AND at < bucket + interval '5 minutes'
    ) AS made
    ON CONFLICT (site, device, metric, bucket) DO UPDATE
    SET (count, total, avg, min, max, last, unit) = (excluded.count, excluded.total, excluded.avg, excluded.min,
                                                     excluded.max, excluded.last, excluded.unit)
    RETURNING 1
), by_1h AS (
    INSERT INTO readings_1h_kept
    SELECT hours.*, made.* FROM hours CROSS JOIN LATERAL (
        SELECT count(value), sum(value), avg(value), min(value), max(value), (array_agg(value ORDER BY at DESC))[1],
               (array_agg(unit ORDER BY at DESC))[1]
        FROM readings
        WHERE (site, device, metric) = (hours.site, hours.device, hours.metric) AND value IS NOT NULL
          AND at >= bucket AND at < bucket + interval '1 hour'
    ) AS made
    ON CONFLICT (site, device, metric, bucket) DO UPDATE
    SET (count, total, avg, min, max, last, unit) = (excluded.count, excluded.total, excluded.avg, excluded.min,
                                                     excluded.max, excluded.last, excluded.unit)
)
SELECT count(*) FROM by_5m;

-- name: make_5m
INSERT INTO readings_5m_kept
SELECT site, device, metric, date_bin('5 minutes', at, '2000-01-01Z'), count(value), sum(value), avg(value), min(value),
       max(value), (array_agg(value ORDER BY at DESC))[1], (array_agg(unit ORDER BY at DESC))[1]
FROM readings
WHERE at >= %(since)s AND at < %(until)s AND value IS NOT NULL
GROUP BY 1, 2, 3, 4;

-- name: make_1h
INSERT INTO readings_1h_kept
SELECT site, device, metric, date_bin('1 hour', bucket, '2000-01-01Z'), sum(count), sum(total), sum(total) / sum(count),
       min(min), max(max), (array_agg(last ORDER BY bucket DESC))[1], (array_agg(unit ORDER BY bucket DESC))[1]
FROM readings_5m_kept
WHERE bucket >= date_trunc('hour', %(since)s::timestamptz, 'UTC') AND bucket < date_trunc('hour', %(until)s::timestamptz, 'UTC')
GROUP BY 1, 2, 3, 4;

-- name: set_refreshed
UPDATE refreshed SET until = %(until)s, heard_at = %(heard_at)s;

-- name: has_policy
SELECT EXISTS (
    SELECT FROM timescaledb_information.jobs
    WHERE proc_name = %(policy)s AND hypertable_schema = current_schema AND hypertable_name = %(name)s
      AND (%(key)s::text IS NULL OR (config ->> %(key)s)::interval = %(value)s)
);

-- name: first_chunk
SELECT coalesce(min(range_start), now()) FROM timescaledb_information.chunks
WHERE hypertable_schema = current_schema AND hypertable_name = 'readings';

-- name: refresh_all
CALL refresh_continuous_aggregate(%(name)s::regclass, %(since)s::timestamptz, NULL);

-- name: made_before
SELECT materialization_hypertable_schema, materialization_hypertable_name
FROM timescaledb_information.continuous_aggregates
WHERE view_schema = current_schema AND view_name = %(name)s AND to_regclass(%(kept)s) IS NOT NULL;

-- name: drop_refresh
SELECT remove_continuous_aggregate_policy(%(name)s::regclass, if_exists => true);

-- name: set_refresh
SELECT add_continuous_aggregate_policy(%(name)s::regclass, start_offset => %(value)s, end_offset => %(step)s,
                                       schedule_interval => %(step)s, initial_start => now() + %(step)s);

-- name: drop_compression
SELECT remove_compression_policy(%(name)s::regclass, if_exists => true);

-- name: set_compression
-- Not at once, while we are at the same chunks.
SELECT add_compression_policy(%(name)s::regclass, %(value)s, initial_start => now() + interval '1 hour');

-- name: drop_retention
SELECT remove_retention_policy(%(name)s::regclass, if_exists => true);

-- name: set_retention
-- Not at once: whoever has set too short a time by mistake has an hour.
SELECT add_retention_policy(%(name)s::regclass, %(value)s, initial_start => now() + interval '1 hour');
