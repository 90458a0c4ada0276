-- Run at every start where the server has TimescaleDB preloaded: the time series become hypertables under the same
-- names, and their aggregates continuous ones. Idempotent, so that an extension added later is taken up with the rows
-- already there. How long what is kept, and when it is compressed, `ingest/upkeep.py` says.

CREATE EXTENSION IF NOT EXISTS timescaledb;

-- What was partitioned before the extension came; what has been made of it is taken over below.
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['readings', 'statuses', 'quarantine'] LOOP
        CONTINUE WHEN (SELECT relkind FROM pg_class WHERE oid = name::regclass) <> 'p';
        DROP VIEW IF EXISTS traffic_1h, readings_1h, readings_5m;
        DROP INDEX IF EXISTS readings_by_time;
        EXECUTE format('ALTER TABLE %I RENAME TO %I', name, name || '_before');
        EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL)', name, name || '_before');
        EXECUTE format('INSERT INTO %I SELECT * FROM %I', name, name || '_before');
        EXECUTE format('DROP TABLE %I', name || '_before');
    END LOOP;
END $$;

-- A day: docs/database.md has the figures.
SELECT create_hypertable(name, by_range('at', INTERVAL '1 day'), if_not_exists => true, migrate_data => true,
                         create_default_indexes => false)
FROM unnest(ARRAY['readings', 'statuses', 'quarantine']::regclass[]) AS name;

DO $$
BEGIN
    IF EXISTS (SELECT FROM timescaledb_information.hypertables WHERE hypertable_name = 'readings' AND NOT compression_enabled) THEN
        ALTER TABLE readings SET (timescaledb.compress, timescaledb.compress_segmentby = 'site, device, metric',
                                  timescaledb.compress_orderby = 'at DESC');
        ALTER TABLE statuses SET (timescaledb.compress, timescaledb.compress_segmentby = 'site, device',
                                  timescaledb.compress_orderby = 'at DESC');
        ALTER TABLE quarantine SET (timescaledb.compress, timescaledb.compress_segmentby = '',
                                    timescaledb.compress_orderby = 'at DESC');
    END IF;
END $$;

CREATE MATERIALIZED VIEW IF NOT EXISTS readings_5m
WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
SELECT site, device, metric, time_bucket('5 minutes', at) AS bucket, count(value) AS count, sum(value) AS total,
       avg(value) AS avg, min(value) AS min, max(value) AS max, last(value, at) AS last, last(unit, at) AS unit
FROM readings
WHERE value IS NOT NULL
GROUP BY 1, 2, 3, 4
WITH NO DATA;

CREATE MATERIALIZED VIEW IF NOT EXISTS readings_1h
WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
SELECT site, device, metric, time_bucket('1 hour', bucket) AS bucket, sum(count)::bigint AS count, sum(total) AS total,
       sum(total) / sum(count) AS avg, min(min) AS min, max(max) AS max, last(last, bucket) AS last,
       last(unit, bucket) AS unit
FROM readings_5m
GROUP BY 1, 2, 3, 4
WITH NO DATA;

-- Who passes, and how fast: what counters and radars send under these names.
CREATE OR REPLACE VIEW traffic_1h AS SELECT * FROM readings_1h WHERE metric IN ('people', 'vehicles', 'speed');
