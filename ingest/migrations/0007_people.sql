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
    failures   integer NOT NULL DEFAULT 0,
    wait_until timestamptz,
    made_at    timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX people_by_area ON people (area) WHERE active;

CREATE TABLE absences (
    person text NOT NULL REFERENCES people (name),
    begin  timestamptz NOT NULL,
    "end"  timestamptz NOT NULL CHECK ("end" > begin),
    PRIMARY KEY (person, begin)
);

-- Of a token only its hash is kept. Without `expires_at` it is one for scripts, and stays until it is revoked.
CREATE TABLE tokens (
    hash       bytea PRIMARY KEY,
    person     text NOT NULL REFERENCES people (name),
    made_at    timestamptz NOT NULL,
    used_at    timestamptz NOT NULL,
    expires_at timestamptz
);
CREATE INDEX tokens_by_person ON tokens (person);

-- Whether somebody sees and moves a ticket, as dispatch/people.py says it.
CREATE FUNCTION within_reach(role text, reach text, holder text, assignee text, departments text[], areas text[])
RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT (role <> 'department' AND (reach IS NULL OR areas @> ARRAY[reach]))
        OR coalesce(holder = assignee, false) OR holder = ANY (departments)
$$;
