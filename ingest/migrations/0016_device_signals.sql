-- A device is signalled by its name, and only where it is shown otherwise: that it is still there is said every few seconds.
DROP TRIGGER devices_notify ON devices;

CREATE FUNCTION notify_device() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('yihu', 'device:' || coalesce(NEW.site, OLD.site) || '/' || coalesce(NEW.id, OLD.id));
    RETURN NULL;
END $$;
CREATE TRIGGER devices_come_and_go AFTER INSERT OR DELETE ON devices FOR EACH ROW EXECUTE FUNCTION notify_device();
CREATE TRIGGER devices_change AFTER UPDATE ON devices
    FOR EACH ROW WHEN ((OLD.name, OLD.longitude, OLD.latitude, OLD.config, OLD.retired, OLD.state, OLD.agent, OLD.detail -> 'error')
                       IS DISTINCT FROM
                       (NEW.name, NEW.longitude, NEW.latitude, NEW.config, NEW.retired, NEW.state, NEW.agent, NEW.detail -> 'error'))
    EXECUTE FUNCTION notify_device();
