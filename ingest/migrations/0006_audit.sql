-- The timeline becomes the audit log: what anybody did to anything, append-only and chained by hash, so that a row
-- that was removed or changed shows (`yihu audit verify`).

CREATE TABLE audit (
    seq        bigint PRIMARY KEY,
    at         timestamptz NOT NULL,
    actor      text NOT NULL,
    action     text NOT NULL,
    subject    text NOT NULL,
    ticket     uuid REFERENCES tickets (id),
    from_state text,
    to_state   text,
    reason     text,
    note       text NOT NULL DEFAULT '',
    detail     jsonb NOT NULL DEFAULT '{}',
    before     jsonb,
    after      jsonb,
    hash       bytea NOT NULL
);
CREATE INDEX audit_by_ticket ON audit (ticket, seq) WHERE ticket IS NOT NULL;
CREATE INDEX audit_by_subject ON audit (subject, seq) WHERE ticket IS NULL;

-- One row: the end of the chain. Whoever appends holds it until the transaction ends, so append last.
CREATE TABLE audit_head (seq bigint NOT NULL, hash bytea NOT NULL);
INSERT INTO audit_head VALUES (0, sha256('yihu'));

-- What of a row is chained, in one text that does not depend on the session's settings.
CREATE FUNCTION audit_text(entry audit) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT jsonb_build_array(
        entry.seq, to_char(entry.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), entry.actor, entry.action,
        entry.subject, entry.ticket, entry.from_state, entry.to_state, entry.reason, entry.note, entry.detail,
        entry.before, entry.after
    )::text
$$;

CREATE FUNCTION chain_audit() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    head audit_head;
BEGIN
    UPDATE audit_head SET seq = seq + 1 RETURNING * INTO head;
    NEW.seq := head.seq;
    NEW.hash := sha256(head.hash || convert_to(audit_text(NEW), 'UTF8'));
    UPDATE audit_head SET hash = NEW.hash;
    RETURN NEW;
END $$;
CREATE TRIGGER audit_chain BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION chain_audit();

CREATE FUNCTION keep_audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is append-only';
END $$;
CREATE TRIGGER audit_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION keep_audit();

-- Not by the trigger: each of its updates of the one row would leave a dead one that the next has to pass over.
ALTER TABLE audit DISABLE TRIGGER audit_chain;
DO $$
DECLARE
    old timeline;
    entry audit;
    head audit_head;
BEGIN
    SELECT * INTO head FROM audit_head;
    FOR old IN SELECT * FROM timeline ORDER BY id LOOP
        head.seq := head.seq + 1;
        entry := ROW (head.seq, old.at, old.actor, old.action, 'ticket', old.ticket, old.from_state, old.to_state,
                      old.reason, old.note, old.detail, NULL, NULL, NULL);
        head.hash := sha256(head.hash || convert_to(audit_text(entry), 'UTF8'));
        entry.hash := head.hash;
        INSERT INTO audit SELECT entry.*;
    END LOOP;
    UPDATE audit_head SET seq = head.seq, hash = head.hash;
END $$;
ALTER TABLE audit ENABLE TRIGGER audit_chain;
DROP TABLE timeline;
