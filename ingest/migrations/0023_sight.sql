-- Whether a camera sees is told by incidents, too; the device is signalled when one begins or ends.
CREATE INDEX incidents_of_sight ON incidents (site, device) WHERE starts_with(kind, 'camera_');
CREATE INDEX incidents_of_sight_now ON incidents (site, device) WHERE starts_with(kind, 'camera_') AND phase <> 'clear';

CREATE FUNCTION notify_sight() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('yihu', 'device:' || NEW.site || '/' || NEW.device);
    RETURN NULL;
END $$;
CREATE TRIGGER incidents_of_sight_begin AFTER INSERT ON incidents
    FOR EACH ROW WHEN (starts_with(NEW.kind, 'camera_')) EXECUTE FUNCTION notify_sight();
CREATE TRIGGER incidents_of_sight_end AFTER UPDATE ON incidents
    FOR EACH ROW WHEN (starts_with(NEW.kind, 'camera_') AND OLD.phase <> NEW.phase AND NEW.phase = 'clear')
    EXECUTE FUNCTION notify_sight();
