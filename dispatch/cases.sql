-- name: insert_ticket
INSERT INTO tickets (id, number, kind, state, severity, title, text, area_code, area_name, areas, longitude, latitude,
                     site, device, zone, opened_at, began_at, due_accept, due_handle, due_close, assignee,
                     explanation, parent, pace, press_at, terms)
SELECT %(id)s, to_char(%(opened_at)s AT TIME ZONE 'Asia/Shanghai', 'YYYYMMDD') || '-'
               || lpad(n::text, greatest(5, length(n::text)), '0'),
       %(kind)s, %(state)s, %(severity)s, %(title)s, %(text)s, %(area_code)s, %(area_name)s, %(areas)s,
       %(longitude)s, %(latitude)s, %(site)s, %(device)s, %(zone)s, %(opened_at)s, %(began_at)s,
       %(due_accept)s, %(due_handle)s, %(due_close)s, %(assignee)s, %(explanation)s, %(parent)s,
       %(pace)s, %(press_at)s, %(terms)s
FROM nextval('ticket_number') AS n
RETURNING number;

-- name: put_terms
INSERT INTO terms (digest, content) VALUES (%(digest)s, %(content)s) ON CONFLICT DO NOTHING;

-- name: lock_ticket
SELECT tickets.id, number, kind, state, severity, title, text, area_code, area_name, areas, longitude, latitude, site,
       device, zone, opened_at, began_at, due_accept, due_handle, due_close, accepted_at, handled_at, handled_by,
       ended_at, assignee, departments, explanation, parent, merged_into, pace, paused_until, levels, hands, pressed_at,
       press_at, solved, acknowledged_by, acknowledged_at, terms.content AS terms
FROM tickets JOIN terms ON terms.digest = tickets.terms
WHERE tickets.id = %(id)s FOR UPDATE OF tickets;

-- name: lock_free_ticket
SELECT 1 FROM tickets WHERE id = %(id)s FOR UPDATE SKIP LOCKED;

-- name: ledger
SELECT began_at, ended_at, state, severity, holder, pace, paused_until, by, reason, approver
FROM ledger WHERE ticket = %(ticket)s ORDER BY number;

-- name: letters
SELECT id, number, department, state, text, by, issued_at, deadline, checked_in_at, reported_at, answer, ended_at,
       grade, remark, EXISTS (SELECT FROM people WHERE name = letters.by AND NOT active) AS orphaned
FROM letters WHERE ticket = %(ticket)s ORDER BY issued_at, number;

-- name: save_ticket
UPDATE tickets SET
    state = %(state)s, severity = %(severity)s, assignee = %(assignee)s, departments = %(departments)s,
    accepted_at = %(accepted_at)s, handled_at = %(handled_at)s, handled_by = %(handled_by)s, ended_at = %(ended_at)s,
    merged_into = %(merged_into)s, due_accept = %(due_accept)s, due_handle = %(due_handle)s,
    due_close = %(due_close)s, pace = %(pace)s, paused_until = %(paused_until)s, levels = %(levels)s,
    hands = %(hands)s, pressed_at = %(pressed_at)s, press_at = %(press_at)s, solved = %(solved)s, explanation = %(explanation)s,
    acknowledged_by = %(acknowledged_by)s, acknowledged_at = %(acknowledged_at)s
WHERE id = %(id)s;

-- name: put_interval
INSERT INTO ledger (ticket, number, began_at, ended_at, state, severity, holder, pace, paused_until, by, reason, approver)
VALUES (%(ticket)s, %(number)s, %(began_at)s, %(ended_at)s, %(state)s, %(severity)s, %(holder)s, %(pace)s,
        %(paused_until)s, %(by)s, %(reason)s, %(approver)s)
ON CONFLICT (ticket, number) DO UPDATE SET ended_at = excluded.ended_at;

-- name: insert_letter
INSERT INTO letters (id, number, ticket, department, state, text, by, issued_at, deadline)
SELECT %(id)s, to_char(%(issued_at)s AT TIME ZONE 'Asia/Shanghai', 'YYYY') || '-'
               || lpad(n::text, greatest(4, length(n::text)), '0'),
       %(ticket)s, %(department)s, %(state)s, %(text)s, %(by)s, %(issued_at)s, %(deadline)s
FROM nextval('letter_number') AS n;

-- name: save_letter
UPDATE letters SET
    state = %(state)s, checked_in_at = %(checked_in_at)s, reported_at = %(reported_at)s, answer = %(answer)s,
    ended_at = %(ended_at)s, grade = %(grade)s, remark = %(remark)s
WHERE id = %(id)s;

-- name: conduct_of_site
SELECT timezone, limits, calendar, press, reports FROM sites WHERE id = %(site)s;

-- name: conduct_at
-- Of the site that has the nearest device: a person's report names none.
SELECT sites.timezone, sites.limits, sites.calendar, sites.press, sites.reports
FROM devices JOIN sites ON sites.id = devices.site
WHERE NOT retired AND longitude IS NOT NULL
ORDER BY (latitude - %(latitude)s) ^ 2 + ((longitude - %(longitude)s) * cos(radians(%(latitude)s))) ^ 2
LIMIT 1;
