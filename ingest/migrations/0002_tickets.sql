-- What is wrong in the street (incidents) and the work on it (tickets).

CREATE SEQUENCE ticket_number;

CREATE TABLE tickets (
    id          uuid PRIMARY KEY,
    number      text NOT NULL UNIQUE,
    kind        text NOT NULL,
    state       text NOT NULL,
    severity    text NOT NULL CHECK (severity IN ('minor', 'major', 'critical')),
    title       text NOT NULL,
    text        text NOT NULL DEFAULT '',
    area_code   text,
    area_name   text,
    longitude   double precision,
    latitude    double precision,
    site        text,
    device      text,
    zone        text,
    opened_at   timestamptz NOT NULL,
    began_at    timestamptz NOT NULL,
    due_accept  timestamptz NOT NULL,
    due_handle  timestamptz NOT NULL,
    due_close   timestamptz NOT NULL,
    accepted_at timestamptz,
    handled_at  timestamptz,
    handled_by  text,
    ended_at    timestamptz,
    assignee    text,
    departments text[] NOT NULL DEFAULT '{}',
    explanation jsonb,
    parent      uuid REFERENCES tickets (id),
    merged_into uuid REFERENCES tickets (id)
);
CREATE INDEX tickets_open ON tickets (opened_at DESC, id DESC) WHERE ended_at IS NULL;
CREATE INDEX tickets_open_by_kind ON tickets (kind) WHERE ended_at IS NULL;
CREATE INDEX tickets_by_time ON tickets (opened_at DESC, id DESC);
CREATE INDEX tickets_by_place ON tickets (kind, site, device, zone, opened_at DESC);
CREATE INDEX tickets_merged ON tickets (merged_into) WHERE merged_into IS NOT NULL;

CREATE TABLE incidents (
    id          uuid PRIMARY KEY,
    ticket      uuid NOT NULL REFERENCES tickets (id),
    kind        text NOT NULL,
    phase       text NOT NULL CHECK (phase IN ('open', 'update', 'clear')),
    site        text NOT NULL,
    device      text NOT NULL,
    zone        text,
    began_at    timestamptz NOT NULL,
    at          timestamptz NOT NULL,
    severity    text NOT NULL,
    score       double precision NOT NULL,
    objects     jsonb NOT NULL,
    explanation jsonb NOT NULL,
    received_at timestamptz NOT NULL
);
CREATE INDEX incidents_by_ticket ON incidents (ticket);

CREATE TABLE evidence (
    id         uuid PRIMARY KEY,
    ticket     uuid NOT NULL REFERENCES tickets (id),
    incident   uuid REFERENCES incidents (id),
    role       text NOT NULL,
    at         timestamptz NOT NULL,
    media_type text NOT NULL,
    box        jsonb,
    data       bytea NOT NULL
);
ALTER TABLE evidence ALTER COLUMN data SET STORAGE EXTERNAL;
CREATE UNIQUE INDEX evidence_of_incident ON evidence (incident, role) WHERE incident IS NOT NULL;
CREATE INDEX evidence_by_ticket ON evidence (ticket, at);

CREATE TABLE timeline (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ticket     uuid NOT NULL REFERENCES tickets (id),
    at         timestamptz NOT NULL,
    actor      text NOT NULL,
    action     text NOT NULL,
    from_state text,
    to_state   text NOT NULL,
    reason     text,
    note       text NOT NULL DEFAULT '',
    detail     jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX timeline_by_ticket ON timeline (ticket, id);

CREATE TRIGGER tickets_notify AFTER INSERT OR UPDATE ON tickets
    FOR EACH ROW EXECUTE FUNCTION notify_yihu('ticket');
CREATE TRIGGER incidents_notify AFTER INSERT OR UPDATE ON incidents
    FOR EACH ROW EXECUTE FUNCTION notify_yihu('incident');
