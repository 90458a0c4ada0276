-- Which candidate is on whose desk, and until when: no two dispatchers are given the same one. A claim ends by itself.
CREATE TABLE claims (
    ticket uuid PRIMARY KEY REFERENCES tickets (id) ON DELETE CASCADE,
    holder text NOT NULL UNIQUE,
    until  timestamptz NOT NULL
);
CREATE INDEX tickets_to_judge ON tickets (severity, opened_at, id) WHERE state = 'candidate';
