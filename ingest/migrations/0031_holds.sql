-- What an open ticket refers to is kept: its pictures, and the readings by which a sensor told of it.

CREATE INDEX tickets_by_parent ON tickets (parent) WHERE parent IS NOT NULL;

-- A ticket, what it was merged into, what it came back as, and so on.
CREATE FUNCTION family_of(ticket uuid) RETURNS SETOF uuid LANGUAGE sql STABLE AS $$
    WITH RECURSIVE family AS (
        SELECT id, merged_into FROM tickets WHERE id = ticket
        UNION
        SELECT next.id, next.merged_into FROM family CROSS JOIN LATERAL (
            SELECT id, merged_into FROM tickets WHERE parent = family.id
            UNION ALL
            SELECT id, merged_into FROM tickets WHERE id = family.merged_into
        ) AS next
    )
    SELECT id FROM family
$$;

-- Whether one of them is open, or ended after a time.
CREATE FUNCTION is_held(ticket uuid, since timestamptz) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM family_of(ticket) AS member JOIN tickets ON tickets.id = member
        WHERE ended_at IS NULL OR ended_at > since
    )
$$;

-- Copies of readings whose day is over, made in the transaction that removes the originals.
CREATE TABLE held_readings (LIKE readings INCLUDING DEFAULTS);
CREATE INDEX held_readings_by_device ON held_readings (site, device, metric, at DESC);

-- From when to when sensors told of something, and an hour around it, where its ticket is held now; no metric: any.
CREATE FUNCTION held_spans(since timestamptz, until timestamptz)
RETURNS TABLE (site text, device text, metric text, span tstzrange) LANGUAGE sql STABLE AS $$
    SELECT site, device, metric, unnest(range_agg(tstzrange(began_at - interval '1 hour', at + interval '1 hour')))
    FROM (SELECT incidents.*, CASE WHEN kind <> 'sensor_fault' THEN zone END AS metric FROM incidents) AS told
    WHERE began_at < until + interval '1 hour' AND at > since - interval '1 hour' AND is_held(ticket, 'infinity')
    GROUP BY site, device, metric
$$;

CREATE FUNCTION hold_readings(since timestamptz, until timestamptz) RETURNS void LANGUAGE sql AS $$
    INSERT INTO held_readings
    SELECT DISTINCT readings.* FROM held_spans(since, until) AS held
    JOIN readings ON (readings.site, readings.device) = (held.site, held.device)
                 AND (held.metric IS NULL OR readings.metric = held.metric)
                 AND at >= greatest(lower(span), since) AND at < least(upper(span), until)
$$;

-- Whoever is shown a picture's place is told when its bytes went, and which they were: no code can forget either.
ALTER TABLE evidence ALTER COLUMN data DROP NOT NULL;
ALTER TABLE evidence ALTER COLUMN sha256 DROP EXPRESSION;
ALTER TABLE evidence ALTER COLUMN sha256 SET NOT NULL;
ALTER TABLE evidence ADD COLUMN removed_at timestamptz;
ALTER TABLE evidence ADD CONSTRAINT removed_is_told CHECK ((data IS NULL) = (removed_at IS NOT NULL));
CREATE INDEX evidence_kept ON evidence (ticket) WHERE removed_at IS NULL;

CREATE FUNCTION keep_hash() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.sha256 := CASE WHEN NEW.data IS NULL THEN OLD.sha256 ELSE sha256(NEW.data) END;
    NEW.removed_at := CASE WHEN NEW.data IS NULL THEN coalesce(NEW.removed_at, now()) END;
    RETURN NEW;
END $$;
CREATE TRIGGER evidence_hashed BEFORE INSERT OR UPDATE ON evidence FOR EACH ROW EXECUTE FUNCTION keep_hash();

CREATE OR REPLACE VIEW ticket_view AS
SELECT id, number, kind, state, severity, title, text,
       area_code, area_name, areas, longitude, latitude, site, device, zone, opened_at, began_at,
       due_accept, due_handle, due_close, accepted_at, handled_at, ended_at, assignee, departments,
       explanation, parent, merged_into, pace, paused_until, solved,
       greatest(levels[1] + hands[1], levels[2] + hands[2], levels[3] + hands[3]) AS level,
       CASE WHEN ended_at IS NOT NULL THEN '{}' ELSE array_remove(ARRAY[
           CASE WHEN accepted_at IS NULL AND now() > due_accept THEN 'accept' END,
           CASE WHEN handled_at IS NULL AND now() > due_handle THEN 'handle' END,
           CASE WHEN now() > due_close THEN 'close' END
       ], NULL) END AS overdue,
       ARRAY(SELECT incidents.id FROM incidents WHERE incidents.ticket = tickets.id ORDER BY began_at) AS incidents,
       coalesce((
           SELECT jsonb_agg(jsonb_build_object('id', e.id, 'at', e.at, 'role', e.role, 'box', e.box,
                                               'media_type', e.media_type,
                                               'redacted', e.redactions IS DISTINCT FROM '[]',
                                               'removed_at', e.removed_at,
                                               'sha256', encode(e.sha256, 'hex')) ORDER BY e.at, e.role DESC)
           FROM evidence AS e WHERE e.ticket = tickets.id
       ), '[]') AS evidence,
       acknowledged_by, acknowledged_at
FROM tickets;
