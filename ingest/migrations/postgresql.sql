-- Run at every start where the server has no TimescaleDB: the time series are partitioned by days, and their aggregates
-- are tables with a live tail, under the names that they have there. Idempotent; `ingest/upkeep.py` does the rest.

-- What is there before stays where it lies, as one partition for all times up to tomorrow.
DO $$
DECLARE
    name text;
    until timestamptz := date_trunc('day', now(), 'UTC') + interval '1 day';
    is_empty boolean;
BEGIN
    FOREACH name IN ARRAY ARRAY['readings', 'statuses', 'quarantine'] LOOP
        CONTINUE WHEN (SELECT relkind FROM pg_class WHERE oid = name::regclass) = 'p';
        EXECUTE format('ALTER TABLE %I RENAME TO %I', name, name || '_before');
        EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL) PARTITION BY RANGE (at)', name, name || '_before');
        EXECUTE format('CREATE TABLE %I PARTITION OF %I DEFAULT', name || '_default', name);
        EXECUTE format('WITH ahead AS (DELETE FROM %I WHERE at >= %L RETURNING *) INSERT INTO %I SELECT * FROM ahead',
                       name || '_before', until, name || '_default');
        EXECUTE format('SELECT NOT EXISTS (SELECT FROM %I)', name || '_before') INTO is_empty;
        IF is_empty THEN
            EXECUTE format('DROP TABLE %I', name || '_before');
        ELSE
            EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (MINVALUE) TO (%L)',
                           name, name || '_before', until);
        END IF;
    END LOOP;
END $$;

-- Rows come nearly in the order of both times: a few bytes for each 128 pages find the newest, and those that came late.
CREATE INDEX IF NOT EXISTS readings_by_time ON readings USING brin (at, received_at) WITH (autosummarize = on);

-- How far the aggregates are made. What came after `heard_at` for a time before `until` is still to be folded in; of the
-- time before `raw_from` the readings are gone, and what was made of them stands.
CREATE TABLE IF NOT EXISTS refreshed (
    until    timestamptz NOT NULL DEFAULT '-infinity',
    heard_at timestamptz NOT NULL DEFAULT '-infinity',
    raw_from timestamptz NOT NULL DEFAULT '-infinity'
);
INSERT INTO refreshed SELECT WHERE NOT EXISTS (SELECT FROM refreshed);

CREATE TABLE IF NOT EXISTS readings_5m_kept (
    site   text NOT NULL,
    device text NOT NULL,
    metric text NOT NULL,
    bucket timestamptz NOT NULL,
    count  bigint NOT NULL,
    total  double precision NOT NULL,
    avg    double precision NOT NULL,
    min    double precision NOT NULL,
    max    double precision NOT NULL,
    last   double precision NOT NULL,
    unit   text NOT NULL,
    PRIMARY KEY (site, device, metric, bucket)
);
CREATE INDEX IF NOT EXISTS readings_5m_by_time ON readings_5m_kept USING brin (bucket) WITH (autosummarize = on);
CREATE TABLE IF NOT EXISTS readings_1h_kept (LIKE readings_5m_kept INCLUDING ALL);

CREATE OR REPLACE VIEW readings_5m AS
SELECT site, device, metric, bucket, count, total, avg, min, max, last, unit FROM readings_5m_kept
UNION ALL
SELECT site, device, metric, date_bin('5 minutes', at, '2000-01-01Z'), count(value), sum(value), avg(value),
       min(value), max(value), (array_agg(value ORDER BY at DESC))[1], (array_agg(unit ORDER BY at DESC))[1]
FROM readings
WHERE at >= (SELECT until FROM refreshed) AND value IS NOT NULL
GROUP BY 1, 2, 3, 4;

CREATE OR REPLACE VIEW readings_1h AS
SELECT site, device, metric, bucket, count, total, avg, min, max, last, unit FROM readings_1h_kept
UNION ALL
SELECT site, device, metric, date_bin('1 hour', bucket, '2000-01-01Z'), sum(count)::bigint, sum(total),
       sum(total) / sum(count), min(min), max(max), (array_agg(last ORDER BY bucket DESC))[1],
       (array_agg(unit ORDER BY bucket DESC))[1]
FROM readings_5m
WHERE bucket >= (SELECT date_trunc('hour', until, 'UTC') FROM refreshed)
GROUP BY 1, 2, 3, 4;

-- Who passes, and how fast: what counters and radars send under these names.
CREATE OR REPLACE VIEW traffic_1h AS SELECT * FROM readings_1h WHERE metric IN ('people', 'vehicles', 'speed');
