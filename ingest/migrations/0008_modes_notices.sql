-- Emergencies, and what people are told. `kept_at` is up to when the ledgers of all tickets there have an emergency.

CREATE TABLE modes (
    id           uuid PRIMARY KEY,
    kind         text NOT NULL,
    pace         double precision NOT NULL CHECK (pace >= 1),
    area         text NOT NULL REFERENCES areas (code),
    reason       text NOT NULL,
    by           text NOT NULL,
    began_at     timestamptz NOT NULL,
    until        timestamptz NOT NULL CHECK (until > began_at),
    ended_at     timestamptz,
    ended_by     text,
    ended_reason text NOT NULL DEFAULT '',
    kept_at      timestamptz
);
-- When an emergency is over, as Mode.over_at says it.
CREATE FUNCTION over_at(mode modes) RETURNS timestamptz LANGUAGE sql IMMUTABLE AS $$
    SELECT least(mode.until, mode.ended_at)
$$;
CREATE UNIQUE INDEX modes_once ON modes (area, kind) WHERE ended_at IS NULL;

-- Where somebody, or a department, is told: an Apprise URL. In the quiet hours only what is critical is sent.
CREATE TABLE channels (
    holder   text PRIMARY KEY,
    url      text NOT NULL,
    quiet    text NOT NULL DEFAULT '22:00-07:00',
    digest_s double precision NOT NULL DEFAULT 0 CHECK (digest_s >= 0),
    timezone text NOT NULL DEFAULT 'Asia/Shanghai'
);

-- One thing that one holder is told. `key` says what about, so that nobody is told the same twice. Without `due_at` it is
-- not sent: it was tried often enough, or its holder has no channel and reads it here.
CREATE TABLE notices (
    id       uuid PRIMARY KEY,
    key      text NOT NULL,
    holder   text NOT NULL,
    ticket   uuid REFERENCES tickets (id),
    about    text NOT NULL,
    severity text NOT NULL,
    zh       text NOT NULL,
    en       text NOT NULL,
    made_at  timestamptz NOT NULL,
    due_at   timestamptz,
    sent_at  timestamptz,
    tries    integer NOT NULL DEFAULT 0,
    error    text,
    UNIQUE (holder, key)
);
CREATE INDEX notices_due ON notices (due_at) WHERE sent_at IS NULL;
CREATE INDEX notices_by_holder ON notices (holder, made_at DESC);
