-- Tokens by which a box on the street becomes a site's edge agent, each of them once. Of a token only its hash is kept;
-- who used it, from where and when tells an installer who finds it used whether that was a stranger.
CREATE TABLE enrolments (
    hash       bytea PRIMARY KEY,
    id         text GENERATED ALWAYS AS (left(encode(hash, 'hex'), 8)) STORED,
    site       text NOT NULL,
    agent      text NOT NULL,
    made_by    text NOT NULL,
    made_at    timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at    timestamptz,
    used_from  text,
    revoked_at timestamptz
);
CREATE INDEX enrolments_by_site ON enrolments (site, made_at DESC);
