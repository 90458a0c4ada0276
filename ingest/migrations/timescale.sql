-- Run at every start where the server has TimescaleDB preloaded: the time series become hypertables under the same
-- names. Idempotent, so that an extension added later is taken up with the rows already there.

CREATE EXTENSION IF NOT EXISTS timescaledb;

SELECT create_hypertable(name, by_range('at', INTERVAL '1 day'), if_not_exists => true, migrate_data => true,
                         create_default_indexes => false)
FROM unnest(ARRAY['readings', 'statuses', 'quarantine']::regclass[]) AS name;
