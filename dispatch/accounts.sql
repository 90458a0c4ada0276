-- name: same_holder
-- Others who stand for a department called like this account, or are called like its department without standing for it.
SELECT 1 FROM people
WHERE (department = %(name)s AND %(name)s IS DISTINCT FROM %(department)s::text)
   OR (name = %(department)s AND department IS DISTINCT FROM name)
LIMIT 1;

-- name: is_department
SELECT 1 FROM people WHERE active AND department = %(name)s LIMIT 1;

-- name: hold_person
-- One who is just leaving is waited for, and then is none.
SELECT 1 FROM people WHERE active AND department IS NULL AND name = %(name)s FOR KEY SHARE;

-- name: has_left
SELECT 1 FROM people WHERE name = %(name)s AND NOT active;

-- name: add_person
INSERT INTO people (name, role, area, department, password)
VALUES (%(name)s, %(role)s, %(area)s, %(department)s, %(password)s);

-- name: set_password
UPDATE people SET password = %(password)s WHERE name = %(name)s;

-- name: lock_admins
SELECT name FROM people WHERE role = 'admin' AND active ORDER BY name FOR NO KEY UPDATE;

-- name: lock_person
-- Whoever is just giving them something is waited for.
SELECT 1 FROM people WHERE name = %(name)s FOR UPDATE;

-- name: lock_colleagues
-- Of all who leave a department at once one is the last of it.
SELECT 1 FROM people WHERE department = %(department)s AND active ORDER BY name FOR NO KEY UPDATE;

-- name: colleagues
SELECT 1 FROM people WHERE department = %(department)s AND name <> %(name)s AND active LIMIT 1;

-- name: has_gone
-- Nobody who gives something waits: while somebody is leaving, which locks more, it is as if they had left. Who never
-- had an account, such as a script that gives its name, has not left; a department may have had duties only.
WITH here AS (
    SELECT 1 FROM people WHERE coalesce(department, name) = %(name)s AND active FOR KEY SHARE SKIP LOCKED
)
SELECT NOT EXISTS (SELECT FROM here)
   AND (%(shipped)s OR EXISTS (SELECT FROM people WHERE coalesce(department, name) = %(name)s)
        OR EXISTS (SELECT FROM matters WHERE department = %(name)s));

-- name: deactivate
UPDATE people SET active = false WHERE name = %(name)s;

-- name: find_person
SELECT name, role, area, department FROM people WHERE name = %(name)s AND active;

-- name: find_login
SELECT name, role, area, department, password FROM people WHERE name = %(name)s AND active;

-- name: must_wait
SELECT 1 FROM failed_logins WHERE name = %(name)s AND wait_until > %(now)s;

-- name: note_failure
-- The first tries are free; then each failure doubles the wait.
INSERT INTO failed_logins AS old (name, tries, at) VALUES (%(name)s, 1, %(now)s)
ON CONFLICT (name) DO UPDATE SET
    tries = old.tries + 1,
    at = excluded.at,
    wait_until = CASE WHEN old.tries + 1 >= %(free)s
                      THEN excluded.at + least(%(most)s, interval '1 second' * 2 ^ least(old.tries + 1 - %(free)s, 20)) END;

-- name: forget_failures
DELETE FROM failed_logins WHERE name = %(name)s;

-- name: forget_old_failures
DELETE FROM failed_logins
WHERE name IN (SELECT name FROM failed_logins WHERE at < %(before)s FOR UPDATE SKIP LOCKED);

-- name: count_failure
INSERT INTO failed_sign_ins AS old (hour, person, tries) VALUES (date_bin('1 hour', %(now)s, 'epoch'), %(person)s, 1)
ON CONFLICT (hour, person) DO UPDATE SET tries = old.tries + 1;

-- name: take_failures
WITH past AS (
    DELETE FROM failed_sign_ins WHERE hour < date_bin('1 hour', %(now)s, 'epoch') RETURNING hour, person, tries
)
SELECT hour, coalesce(jsonb_object_agg(person, tries) FILTER (WHERE person <> ''), '{}'),
       coalesce(sum(tries) FILTER (WHERE person = ''), 0)
FROM past GROUP BY hour ORDER BY hour;

-- name: add_token
INSERT INTO tokens (hash, person, label, made_at, used_at, expires_at)
VALUES (%(hash)s, %(person)s, %(label)s, %(now)s, %(now)s, %(expires_at)s);

-- name: list_tokens
SELECT id, label, made_at, used_at FROM tokens WHERE person = %(name)s AND expires_at IS NULL ORDER BY made_at, id;

-- name: revoke_token
DELETE FROM tokens WHERE person = %(name)s AND id = %(id)s AND expires_at IS NULL RETURNING label;

-- name: find_by_token
-- A session is put off at most once an hour, so that reading does not write.
WITH found AS (
    SELECT tokens.hash, people.name, role, area, department, used_at, expires_at
    FROM tokens JOIN people ON people.name = tokens.person
    WHERE tokens.hash = %(hash)s AND active AND (expires_at IS NULL OR expires_at > %(now)s)
), used AS (
    UPDATE tokens SET used_at = %(now)s, expires_at = CASE WHEN found.expires_at IS NULL THEN NULL ELSE %(now)s + %(session)s END
    FROM found
    WHERE tokens.hash = found.hash AND found.used_at < %(now)s - interval '1 hour'
)
SELECT name, role, area, department FROM found;

-- name: end_session
DELETE FROM tokens USING people
WHERE hash = %(hash)s AND expires_at IS NOT NULL AND people.name = tokens.person
RETURNING people.name, role, area, department;

-- name: end_sessions
DELETE FROM tokens WHERE person = %(name)s AND expires_at IS NOT NULL;

-- name: end_tokens
DELETE FROM tokens WHERE person = %(name)s;

-- name: any_admin
SELECT name FROM people WHERE role = 'admin' AND active LIMIT 1;

-- name: list_people
SELECT name, role, area, department FROM people WHERE active ORDER BY name;
