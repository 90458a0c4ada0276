-- name: duties
SELECT code, zh, en, class_zh, class_en, subclass_zh, subclass_en, department, first, accept, handle, close, calendar,
       severity, auto, sort
FROM matters WHERE NOT retired ORDER BY position;

-- name: matter
SELECT code, zh, en, class_zh, class_en, subclass_zh, subclass_en, department, first, accept, handle, close, calendar,
       severity, auto, sort
FROM matters WHERE code IN (%(kind)s, %(other)s) AND NOT retired
ORDER BY code = %(kind)s DESC
LIMIT 1;

-- name: hold_duties
-- A row that another transaction has only just put in would be neither seen nor locked: so it is the table.
LOCK TABLE matters IN SHARE ROW EXCLUSIVE MODE;

-- name: retire_duties
UPDATE matters SET retired = true;

-- name: put_matter
INSERT INTO matters (code, zh, en, class_zh, class_en, subclass_zh, subclass_en, department, first, accept, handle,
                     close, calendar, severity, auto, sort, position)
VALUES (%(code)s, %(zh)s, %(en)s, %(class_zh)s, %(class_en)s, %(subclass_zh)s, %(subclass_en)s, %(department)s,
        %(first)s, %(accept)s, %(handle)s, %(close)s, %(calendar)s, %(severity)s, %(auto)s, %(sort)s, %(position)s)
ON CONFLICT (code) DO UPDATE SET
    zh = excluded.zh, en = excluded.en, class_zh = excluded.class_zh, class_en = excluded.class_en,
    subclass_zh = excluded.subclass_zh, subclass_en = excluded.subclass_en, department = excluded.department,
    first = excluded.first, accept = excluded.accept, handle = excluded.handle, close = excluded.close,
    calendar = excluded.calendar, severity = excluded.severity, auto = excluded.auto, sort = excluded.sort,
    position = excluded.position, retired = false;

-- name: limits
SELECT id, limits FROM sites ORDER BY id;

-- name: misnamed
-- Accounts that are called like a department that they do not stand for; those of whoever has left keep their names.
SELECT name FROM people WHERE name = ANY (%(names)s) AND department IS DISTINCT FROM name;
