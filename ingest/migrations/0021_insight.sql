-- Since when a device has been in which state, one row a change by whatever means it was made: so that it can be told
-- what nobody could see, and when. A retired device is watched no more.
CREATE TABLE device_states (
    site   text NOT NULL,
    device text NOT NULL,
    at     timestamptz NOT NULL,
    state  text NOT NULL,
    PRIMARY KEY (site, device, at)
);
CREATE INDEX device_states_by_time ON device_states (at);

CREATE FUNCTION keep_device_state() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO device_states
    SELECT NEW.site, NEW.id,
           CASE WHEN TG_OP = 'INSERT' OR OLD.state <> NEW.state THEN coalesce(NEW.state_at, clock_timestamp())
                ELSE clock_timestamp() END,
           CASE WHEN NEW.retired THEN 'retired' ELSE NEW.state END
    ON CONFLICT (site, device, at) DO UPDATE SET state = excluded.state;
    RETURN NULL;
END $$;
CREATE TRIGGER devices_first_state AFTER INSERT ON devices FOR EACH ROW EXECUTE FUNCTION keep_device_state();
CREATE TRIGGER devices_next_state AFTER UPDATE ON devices
    FOR EACH ROW WHEN ((OLD.state, OLD.retired) IS DISTINCT FROM (NEW.state, NEW.retired))
    EXECUTE FUNCTION keep_device_state();

-- Of what was before, only how long the present state has held is known.
INSERT INTO device_states
SELECT site, id, coalesce(state_at, now()), CASE WHEN retired THEN 'retired' ELSE state END FROM devices;

-- The square of a thousandth of a degree, some 100 m, in which a place lies.
CREATE FUNCTION cell_of(longitude double precision, latitude double precision) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT floor(longitude * 1000)::bigint::text || ',' || floor(latitude * 1000)::bigint::text
$$;
