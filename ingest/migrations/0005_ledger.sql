-- The duty list, the ledger of every ticket's clocks, and the letters of a whistle.

-- Whose job a matter is; limits in seconds from receipt.
CREATE TABLE matters (
    code        text PRIMARY KEY,
    zh          text NOT NULL,
    en          text NOT NULL,
    class_zh    text NOT NULL,
    class_en    text NOT NULL,
    subclass_zh text NOT NULL,
    subclass_en text NOT NULL,
    department  text NOT NULL,
    first       text NOT NULL CHECK (first IN ('worker', 'department')),
    accept      double precision NOT NULL CHECK (accept > 0),
    handle      double precision NOT NULL CHECK (handle >= accept),
    close       double precision NOT NULL CHECK (close >= handle),
    calendar    text NOT NULL CHECK (calendar IN ('always', 'working')),
    severity    text NOT NULL CHECK (severity IN ('minor', 'major', 'critical')),
    auto        text NOT NULL CHECK (auto IN ('no', 'emergency', 'yes')),
    sort        text NOT NULL CHECK (sort IN ('public', 'shared', 'private')),
    position    integer NOT NULL,
    retired     boolean NOT NULL DEFAULT false
);

-- `duties_seed` is the hash of the duty list that the site file last brought in.
ALTER TABLE sites
    ADD COLUMN calendar jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN press jsonb,
    ADD COLUMN duties_seed text;

-- By what clocks run: the limits, the calendar and the steps of pressing that held when a ticket was received. Each is
-- kept once, in JSON, by its SHA-256.
CREATE TABLE terms (
    digest  bytea PRIMARY KEY,
    content text NOT NULL
);

-- `areas` lead from a ticket's own area to the root of the tree, as they were at its opening and have been merged since.
-- `overdue_at` is when the first step that is to be done is due.
ALTER TABLE tickets
    ADD COLUMN areas text[] NOT NULL DEFAULT '{}',
    ADD COLUMN pace double precision NOT NULL DEFAULT 1,
    ADD COLUMN paused_until timestamptz,
    ADD COLUMN levels integer[] NOT NULL DEFAULT '{0,0,0}' CHECK (cardinality(levels) = 3),
    ADD COLUMN hands integer[] NOT NULL DEFAULT '{0,0,0}' CHECK (cardinality(hands) = 3),
    ADD COLUMN pressed_at timestamptz[] NOT NULL DEFAULT '{NULL,NULL,NULL}' CHECK (cardinality(pressed_at) = 3),
    ADD COLUMN press_at timestamptz,
    ADD COLUMN solved boolean,
    ADD COLUMN terms bytea REFERENCES terms (digest),
    ADD COLUMN overdue_at timestamptz GENERATED ALWAYS AS (least(
        due_close,
        CASE WHEN accepted_at IS NULL THEN due_accept END,
        CASE WHEN handled_at IS NULL THEN due_handle END
    )) STORED;
UPDATE tickets SET areas = ARRAY(
    WITH RECURSIVE up AS (
        SELECT code, parent, 0 AS height FROM areas WHERE code = tickets.area_code
        UNION ALL
        SELECT areas.code, areas.parent, up.height + 1 FROM areas JOIN up ON areas.code = up.parent
        WHERE up.height < 20  -- an area that is its own parent leads nowhere
    )
    SELECT code FROM up GROUP BY code ORDER BY min(height)
) WHERE area_code IS NOT NULL;
-- What was overdue already is pressed from now on.
UPDATE tickets SET press_at = CASE WHEN accepted_at IS NULL THEN due_accept WHEN handled_at IS NULL THEN due_handle
                                   ELSE due_close END
WHERE ended_at IS NULL;
-- Tickets that were there before keep the limits that they were given.
CREATE TEMPORARY TABLE given ON COMMIT DROP AS
SELECT id, jsonb_build_object(
    'limits', jsonb_build_object('minor', limits, 'major', limits, 'critical', limits),
    'press', '["PT0S", "PT7200S", "PT28800S", "PT86400S"]'::jsonb
)::text AS content
FROM tickets CROSS JOIN LATERAL (SELECT jsonb_build_object(
    'accept', 'PT' || round(extract(epoch FROM due_accept - opened_at)) || 'S',
    'handle', 'PT' || round(extract(epoch FROM due_handle - opened_at)) || 'S',
    'close', 'PT' || round(extract(epoch FROM due_close - opened_at)) || 'S'
) AS limits) AS each;
INSERT INTO terms SELECT DISTINCT sha256(convert_to(content, 'UTF8')), content FROM given;
UPDATE tickets SET terms = sha256(convert_to(content, 'UTF8')) FROM given WHERE given.id = tickets.id;
ALTER TABLE tickets ALTER COLUMN terms SET NOT NULL;
CREATE INDEX tickets_by_area ON tickets USING gin (areas);
CREATE INDEX tickets_open_by_area ON tickets USING gin (areas) WHERE ended_at IS NULL;
CREATE INDEX tickets_by_device ON tickets (device, opened_at DESC, id DESC) WHERE device IS NOT NULL;
CREATE INDEX tickets_by_kind ON tickets (kind, opened_at DESC, id DESC);
CREATE INDEX tickets_by_state ON tickets (state, opened_at DESC, id DESC);
-- Counting what is open reads the index alone where a page's rows are known to be visible: keep them so.
ALTER TABLE tickets SET (autovacuum_vacuum_scale_factor = 0.005, autovacuum_vacuum_insert_scale_factor = 0.01);
CREATE INDEX tickets_counted ON tickets (state, severity, overdue_at) WHERE ended_at IS NULL;
CREATE INDEX tickets_gravest
    ON tickets (array_position(ARRAY['critical', 'major', 'minor'], severity), opened_at DESC) WHERE ended_at IS NULL;
CREATE INDEX tickets_closed_by_latitude ON tickets (kind, latitude) WHERE state = 'closed';
CREATE INDEX incidents_by_place ON incidents (kind, site, device, zone, found_at DESC);
CREATE INDEX tickets_hurried ON tickets (id) WHERE ended_at IS NULL AND pace <> 1;
DROP INDEX tickets_merged;
CREATE INDEX tickets_merged ON tickets (kind) WHERE merged_into IS NOT NULL;
CREATE INDEX tickets_in_hand ON tickets (assignee) WHERE ended_at IS NULL;
CREATE INDEX tickets_to_press ON tickets (press_at) WHERE press_at IS NOT NULL;
CREATE INDEX tickets_paused ON tickets (paused_until) WHERE paused_until IS NOT NULL;

-- Every stretch of a ticket's life in which nothing changed that a clock depends on; the last one has no end.
CREATE TABLE ledger (
    ticket       uuid NOT NULL REFERENCES tickets (id),
    number       integer NOT NULL,
    began_at     timestamptz NOT NULL,
    ended_at     timestamptz,
    state        text NOT NULL,
    severity     text NOT NULL,
    holder       text,
    pace         double precision NOT NULL,
    paused_until timestamptz,
    by           text NOT NULL,
    reason       text NOT NULL DEFAULT '',
    approver     text,
    PRIMARY KEY (ticket, number)
);
INSERT INTO ledger (ticket, number, began_at, ended_at, state, severity, holder, pace, by, reason)
SELECT ticket, row_number() OVER moves - 1, at, lead(at) OVER moves, to_state, severity, assignee, 1, actor,
       coalesce(reason, '')
FROM timeline JOIN tickets ON tickets.id = timeline.ticket
WHERE from_state IS DISTINCT FROM to_state
WINDOW moves AS (PARTITION BY ticket ORDER BY timeline.id);

-- Response letters (响应函); `pressed_at` is when it was told that the deadline had passed.
CREATE SEQUENCE letter_number;
CREATE TABLE letters (
    id            uuid PRIMARY KEY,
    number        text NOT NULL UNIQUE,
    ticket        uuid NOT NULL REFERENCES tickets (id),
    department    text NOT NULL,
    state         text NOT NULL,
    text          text NOT NULL,
    by            text NOT NULL,
    issued_at     timestamptz NOT NULL,
    deadline      timestamptz NOT NULL,
    checked_in_at timestamptz,
    reported_at   timestamptz,
    answer        text NOT NULL DEFAULT '',
    ended_at      timestamptz,
    grade         text,
    remark        text NOT NULL DEFAULT '',
    pressed_at    timestamptz
);
CREATE INDEX letters_by_ticket ON letters (ticket, issued_at);
CREATE INDEX letters_unanswered ON letters (deadline) WHERE ended_at IS NULL AND reported_at IS NULL AND pressed_at IS NULL;

-- Where a merged ticket leads to.
CREATE FUNCTION root_of(ticket uuid) RETURNS uuid LANGUAGE sql STABLE AS $$
    WITH RECURSIVE up AS (
        SELECT id, merged_into FROM tickets WHERE id = ticket
        UNION
        SELECT tickets.id, tickets.merged_into FROM tickets JOIN up ON tickets.id = up.merged_into
    )
    SELECT id FROM up WHERE merged_into IS NULL
$$;

-- A step is overdue while it is still to be done. A pause is in the due times already.
DROP VIEW ticket_view;
CREATE VIEW ticket_view AS
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
                                               'media_type', e.media_type) ORDER BY e.at, e.role DESC)
           FROM evidence AS e WHERE e.ticket = tickets.id
       ), '[]') AS evidence
FROM tickets;
