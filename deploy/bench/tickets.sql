-- name: areas
-- A street of thirty communities of eight grids, one such that has been quiet lately, and one of none yet.
WITH street AS (
    INSERT INTO areas VALUES
        ('510603003', 'street', 'street', NULL, '[[104,31],[105,31],[105,32],[104,32]]'),
        ('510603004', 'new street', 'street', NULL, '[[105,31],[106,31],[106,32],[105,32]]'),
        ('510603005', 'old street', 'street', NULL, '[[106,31],[107,31],[107,32],[106,32]]')
    RETURNING code
), communities AS (
    INSERT INTO areas
    SELECT street.code || lpad(n::text, 3, '0'), 'community ' || n, 'community', street.code,
           '[[104,31],[105,31],[105,32],[104,32]]'
    FROM street, generate_series(1, 30) AS n
    WHERE street.code <> '510603004'
    RETURNING code
)
INSERT INTO areas
SELECT code || lpad(n::text, 3, '0'), 'grid ' || n, 'grid', code, '[[104,31],[104.1,31],[104.1,31.1]]'
FROM communities, generate_series(1, 8) AS n;

-- name: tickets
-- Of a year, evenly; the oldest tenth of a street and a site that were quiet since; the newest two in a hundred are still
-- open, in all states. What was overdue has climbed to the top already.
INSERT INTO tickets (id, number, kind, state, severity, title, area_code, area_name, areas, longitude, latitude, site,
                     device, zone, opened_at, began_at, due_accept, due_handle, due_close, accepted_at, handled_at,
                     ended_at, assignee, press_at, levels, terms)
SELECT gen_random_uuid(), n::text, kind, state, severity, 'ticket ' || n, grid, grid,
       ARRAY[grid, left(grid, 12), left(grid, 9)], 104 + random(), 31 + random(), site, 'cam-' || n %% 800, 'kerb',
       at, at, at + interval '2 hours', at + interval '1 day', at + interval '7 days',
       CASE WHEN state NOT IN ('candidate', 'dispatched') THEN at + interval '1 hour' * random() * 3 END,
       CASE WHEN state IN ('handled', 'closed') THEN at + interval '1 hour' * (3 + random() * 30) END,
       CASE WHEN state = 'closed' THEN at + interval '1 day' * (2 + random() * 6) END,
       'worker-' || n %% 240, CASE WHEN due > now() THEN due END, CASE WHEN due < now() THEN '{4,4,4}' ELSE '{0,0,0}' END::int[],
       %(terms)s
FROM (
    SELECT n,
           now() - interval '365 days' * (%(number)s - n) / %(number)s AS at,
           (ARRAY['illegal_parking', 'street_lamp', 'rubbish', 'ebike_misparked', 'road_damage'])[1 + n %% 5] AS usual,
           CASE WHEN n <= %(number)s * 0.98 THEN 'closed'
                ELSE (ARRAY['candidate', 'dispatched', 'accepted', 'handled'])[1 + n %% 4] END AS state,
           (ARRAY['minor', 'minor', 'major', 'critical'])[1 + (n / 7) %% 4] AS severity,
           CASE WHEN n <= %(number)s * 0.1 THEN 'old' ELSE 'bench' END AS site,
           CASE WHEN n <= %(number)s * 0.1 THEN '510603005' ELSE '510603003' END
               || lpad((1 + n %% 30)::text, 3, '0') || lpad((1 + (n / 30) %% 8)::text, 3, '0') AS grid
    FROM generate_series(1, %(number)s::int) AS n
) AS each
CROSS JOIN LATERAL (SELECT CASE WHEN n %% 1000 = 0 THEN 'gas_leak' ELSE usual END AS kind) AS kinds
CROSS JOIN LATERAL (SELECT CASE state WHEN 'accepted' THEN at + interval '1 day' WHEN 'handled' THEN at + interval '7 days'
                                      WHEN 'closed' THEN NULL ELSE at + interval '2 hours' END AS due) AS dues;

-- name: departments
-- One that had four tickets, long ago, and one that had many then.
UPDATE tickets
SET assignee = CASE WHEN number IN ('17', '1017', '2017', '3017') THEN 'a department' ELSE 'an old department' END
WHERE number::int <= %(number)s * 0.03;

-- name: lists
INSERT INTO ticket_lists
SELECT list, opened_at, id FROM tickets CROSS JOIN LATERAL lists_of(tickets) WHERE list IS NOT NULL;

-- name: ledger
INSERT INTO ledger (ticket, number, began_at, ended_at, state, severity, holder, pace, by)
SELECT id, row_number() OVER steps - 1, at, lead(at) OVER steps, step.state, severity, assignee, 1, assignee
FROM tickets CROSS JOIN LATERAL (VALUES
    ('candidate', opened_at),
    ('dispatched', CASE WHEN state <> 'candidate' THEN least(opened_at + interval '20 minutes', accepted_at) END),
    ('accepted', accepted_at),
    ('handled', handled_at),
    ('closed', ended_at)
) AS step (state, at)
WHERE at IS NOT NULL
WINDOW steps AS (PARTITION BY id ORDER BY at);

-- name: incidents
-- Those that the screens show have one each, with two pictures.
WITH told AS (
    INSERT INTO incidents (id, ticket, kind, phase, site, device, zone, began_at, found_at, at, severity, score, objects,
                           explanation, received_at)
    SELECT gen_random_uuid(), id, kind, 'clear', site, device, zone, began_at, opened_at, opened_at, severity, 0.9, '[]',
           '{}', opened_at
    FROM tickets WHERE opened_at > now() - interval '30 days'
    RETURNING id, ticket, at
)
INSERT INTO evidence (id, ticket, incident, role, at, media_type, data)
SELECT gen_random_uuid(), ticket, id, role, at, 'image/jpeg', ''
FROM told CROSS JOIN (VALUES ('first'), ('best')) AS pictures (role);

-- name: count_open
SELECT count(*) FROM tickets WHERE ended_at IS NULL;
