-- What the street is (sites, areas, devices) and what it says (readings, statuses, pictures).

CREATE TABLE sites (
    id         text PRIMARY KEY,
    name       text NOT NULL,
    timezone   text NOT NULL,
    detector   jsonb NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE areas (
    code    text PRIMARY KEY,
    name    text NOT NULL,
    level   text NOT NULL,
    parent  text,
    polygon jsonb NOT NULL
);

-- `seed` is the device as the site file last had it, `config` as it stands now: they differ where it was edited here.
CREATE TABLE devices (
    site       text NOT NULL,
    id         text NOT NULL,
    kind       text NOT NULL CHECK (kind IN ('camera', 'sensor', 'agent')),
    name       text NOT NULL,
    longitude  double precision,
    latitude   double precision,
    seed       jsonb,
    config     jsonb,
    retired    boolean NOT NULL DEFAULT false,
    changed_at timestamptz NOT NULL DEFAULT now(),
    agent      text,
    state      text NOT NULL DEFAULT 'unknown',
    state_at   timestamptz,
    seen_at    timestamptz,
    boot       uuid,
    detail     jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (site, id)
);

CREATE TABLE readings (
    at          timestamptz NOT NULL,
    site        text NOT NULL,
    device      text NOT NULL,
    metric      text NOT NULL,
    value       double precision,
    text        text,
    unit        text NOT NULL,
    received_at timestamptz NOT NULL
);
CREATE INDEX readings_by_device ON readings (site, device, metric, at DESC);

CREATE TABLE statuses (
    at          timestamptz NOT NULL,
    site        text NOT NULL,
    device      text NOT NULL,
    state       text NOT NULL,
    boot        uuid NOT NULL,
    body        jsonb NOT NULL,
    received_at timestamptz NOT NULL
);
CREATE INDEX statuses_by_device ON statuses (site, device, at DESC);

-- Which sequence numbers of a device's boot are committed: what makes a second delivery harmless, and gaps visible.
CREATE TABLE sequences (
    site     text NOT NULL,
    device   text NOT NULL,
    boot     uuid NOT NULL,
    received int8multirange NOT NULL,
    heard_at timestamptz NOT NULL,
    PRIMARY KEY (site, device, boot)
);

-- The newest picture of each camera; unlogged, since the next one is a second away.
CREATE UNLOGGED TABLE pictures (
    site        text NOT NULL,
    device      text NOT NULL,
    at          timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    jpeg        bytea NOT NULL,
    PRIMARY KEY (site, device)
);
ALTER TABLE pictures ALTER COLUMN jpeg SET STORAGE EXTERNAL;

CREATE TABLE quarantine (
    at     timestamptz NOT NULL DEFAULT now(),
    topic  text NOT NULL,
    reason text NOT NULL,
    size   bigint NOT NULL,
    head   bytea NOT NULL
);
CREATE INDEX quarantine_by_time ON quarantine (at DESC);

-- A signal, never the data: its receivers read again. Row triggers add the id.
CREATE FUNCTION notify_yihu() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('yihu', CASE WHEN TG_LEVEL = 'ROW' THEN TG_ARGV[0] || ':' || NEW.id ELSE TG_ARGV[0] END);
    RETURN NULL;
END $$;

-- Whoever edits a configuration, by whatever means, has it published.
CREATE FUNCTION stamp_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.changed_at := clock_timestamp();
    RETURN NEW;
END $$;

CREATE TRIGGER devices_changed BEFORE UPDATE OF config, retired ON devices
    FOR EACH ROW WHEN (OLD.config IS DISTINCT FROM NEW.config OR OLD.retired <> NEW.retired)
    EXECUTE FUNCTION stamp_change();
CREATE TRIGGER sites_changed BEFORE UPDATE ON sites FOR EACH ROW EXECUTE FUNCTION stamp_change();

CREATE TRIGGER devices_notify AFTER INSERT OR UPDATE OR DELETE ON devices
    FOR EACH STATEMENT EXECUTE FUNCTION notify_yihu('device');
