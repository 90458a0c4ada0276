-- Accounts, what they sign in with, and when they are on duty.

CREATE TABLE people (
    name       text PRIMARY KEY CHECK (name <> ''),
    role       text NOT NULL CHECK (role IN ('operator', 'dispatcher', 'worker', 'department', 'supervisor',
                                             'installer', 'admin')),
    area       text,
    department text CHECK ((department IS NOT NULL) = (role = 'department')),
    password   text,
    hours      text NOT NULL DEFAULT '00:00-24:00',
    days       integer[] NOT NULL DEFAULT '{1,2,3,4,5,6,7}',
    part_time  boolean NOT NULL DEFAULT false,
    active     boolean NOT NULL DEFAULT true,
    made_at    timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX people_by_area ON people (area) WHERE active;

CREATE TABLE absences (
    person text NOT NULL REFERENCES people (name),
    begin  timestamptz NOT NULL,
    "end"  timestamptz NOT NULL CHECK ("end" > begin),
    PRIMARY KEY (person, begin)
);

-- Of a token only its hash is kept. Without `expires_at` it is one for scripts, and stays until it is revoked by its id.
CREATE TABLE tokens (
    hash       bytea PRIMARY KEY,
    id         text GENERATED ALWAYS AS (left(encode(hash, 'hex'), 8)) STORED,
    label      text NOT NULL DEFAULT '',
    person     text NOT NULL REFERENCES people (name),
    made_at    timestamptz NOT NULL,
    used_at    timestamptz NOT NULL,
    expires_at timestamptz
);
CREATE INDEX tokens_by_person ON tokens (person);

-- Tries to sign in that failed, by the name that was tried, whether anybody has it or not; forgotten after an hour. Of
-- the name only a hash is kept: it may be a password typed in the wrong place.
CREATE TABLE failed_logins (
    name       bytea PRIMARY KEY,
    tries      integer NOT NULL,
    at         timestamptz NOT NULL,
    wait_until timestamptz
);
CREATE INDEX failed_logins_by_age ON failed_logins (at);

-- Whether somebody sees and moves a ticket, as dispatch/people.py says it.
CREATE FUNCTION within_reach(role text, reach text, holder text, assignee text, departments text[], areas text[])
RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN role = 'department'
                THEN (reach IS NULL OR areas @> ARRAY[reach]) AND (coalesce(holder = assignee, false) OR holder = ANY (departments))
                ELSE (reach IS NULL OR areas @> ARRAY[reach]) OR coalesce(holder = assignee, false) OR holder = ANY (departments)
           END
$$;
