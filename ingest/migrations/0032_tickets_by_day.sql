-- Tickets by the day they were received, kind and grid, for reports. No ledger is read, and nothing is locked for it:
-- days whose tickets have all ended are made ahead (`dispatch/days.py`), all others are counted when somebody asks.

-- Where the centre keeps its clocks.
CREATE FUNCTION centre_zone() RETURNS text LANGUAGE sql STABLE AS $$
    SELECT coalesce((SELECT timezone FROM sites ORDER BY changed_at DESC LIMIT 1), 'Asia/Shanghai')
$$;

CREATE TABLE settled_days (
    day    date NOT NULL,
    clocks text NOT NULL,
    PRIMARY KEY (day, clocks)
);

CREATE TABLE tickets_by_day_kept (
    day       date NOT NULL,
    clocks    text NOT NULL,
    kind      text NOT NULL,
    area_code text,
    tickets   bigint NOT NULL,
    open      bigint NOT NULL,
    genuine   bigint NOT NULL,
    closed    bigint NOT NULL,
    rejected  bigint NOT NULL,
    merged    bigint NOT NULL,
    late      bigint NOT NULL,
    recurrent bigint NOT NULL,
    solved    bigint NOT NULL,
    unsolved  bigint NOT NULL
);
CREATE INDEX tickets_by_day_by_day ON tickets_by_day_kept (day, clocks);

-- As /insight counts them (`dispatch/insight.sql`).
CREATE FUNCTION tickets_of_day(of_day date, clocks text) RETURNS SETOF tickets_by_day_kept LANGUAGE sql STABLE AS $$
    SELECT of_day, clocks, kind, area_code, count(*), count(*) FILTER (WHERE ended_at IS NULL),
           count(*) FILTER (WHERE state NOT IN ('rejected', 'merged')),
           count(*) FILTER (WHERE state = 'closed'), count(*) FILTER (WHERE state = 'rejected'),
           count(*) FILTER (WHERE state = 'merged'),
           count(*) FILTER (WHERE coalesce(accepted_at, ended_at, now()) > due_accept
                                  OR coalesce(handled_at, ended_at, now()) > due_handle
                                  OR coalesce(ended_at, now()) > due_close),
           count(*) FILTER (WHERE parent IS NOT NULL), count(*) FILTER (WHERE solved), count(*) FILTER (WHERE NOT solved)
    FROM tickets
    WHERE opened_at >= of_day::timestamp AT TIME ZONE clocks
      AND opened_at < (of_day + 1)::timestamp AT TIME ZONE clocks
    GROUP BY kind, area_code
$$;

-- When tickets were received that have changed since; only ever added to by whoever changes them, so that nobody waits.
CREATE TABLE changed_tickets (opened_at timestamptz NOT NULL);

CREATE FUNCTION mark_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO changed_tickets VALUES (NEW.opened_at);
    RETURN NULL;
END $$;
CREATE TRIGGER tickets_changed AFTER UPDATE ON tickets
    FOR EACH ROW WHEN ((OLD.kind, OLD.area_code, OLD.state, OLD.ended_at, OLD.accepted_at, OLD.handled_at, OLD.due_accept,
                        OLD.due_handle, OLD.due_close, OLD.solved, OLD.parent)
                       IS DISTINCT FROM
                       (NEW.kind, NEW.area_code, NEW.state, NEW.ended_at, NEW.accepted_at, NEW.handled_at, NEW.due_accept,
                        NEW.due_handle, NEW.due_close, NEW.solved, NEW.parent))
    EXECUTE FUNCTION mark_changed();
CREATE TRIGGER tickets_added_late AFTER INSERT ON tickets  -- as a history that is brought in
    FOR EACH ROW WHEN (NEW.opened_at < now() - interval '1 day') EXECUTE FUNCTION mark_changed();

CREATE VIEW tickets_by_day AS
WITH days AS (
    SELECT each::date AS day, centre.clocks, settled.day IS NOT NULL AND changed.day IS NULL AS is_kept
    FROM (SELECT centre_zone() AS clocks) AS centre
    CROSS JOIN LATERAL generate_series(
        ((SELECT min(opened_at) FROM tickets) AT TIME ZONE clocks)::date, (now() AT TIME ZONE clocks)::date, interval '1 day'
    ) AS each
    LEFT JOIN settled_days AS settled ON (settled.day, settled.clocks) = (each::date, centre.clocks)
    LEFT JOIN (
        SELECT DISTINCT (opened_at AT TIME ZONE centre_zone())::date AS day FROM changed_tickets
    ) AS changed ON changed.day = each::date
)
SELECT kept.day, kind, area_code, tickets, open, genuine, closed, rejected, merged, late, recurrent, solved, unsolved
FROM tickets_by_day_kept AS kept JOIN days ON (days.day, days.clocks) = (kept.day, kept.clocks) AND is_kept
UNION ALL
SELECT made.day, kind, area_code, tickets, open, genuine, closed, rejected, merged, late, recurrent, solved, unsolved
FROM days CROSS JOIN LATERAL tickets_of_day(days.day, days.clocks) AS made
WHERE NOT is_kept;
