-- The lists in which a ticket stands, each in the order of time: those of its areas, of its site, and of whoever has it in
-- hand or was summoned to it. Without them, the newest of one area are found only among all tickets, or by sorting all of
-- that area's.
CREATE TABLE ticket_lists (
    list      text COLLATE "C" NOT NULL,
    opened_at timestamptz NOT NULL,
    ticket    uuid NOT NULL,
    PRIMARY KEY (list, opened_at, ticket)
);

CREATE FUNCTION lists_of(ticket tickets) RETURNS TABLE (list text) LANGUAGE sql STABLE AS $$
    SELECT 'area:' || unnest(ticket.areas)
    UNION SELECT 'holder:' || unnest(ticket.assignee || ticket.departments) -- of no assignee, a NULL, that is left out below
    UNION SELECT 'site:' || ticket.site
$$;

INSERT INTO ticket_lists
SELECT list, opened_at, id FROM tickets CROSS JOIN LATERAL lists_of(tickets) WHERE list IS NOT NULL;

CREATE FUNCTION keep_lists() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        DELETE FROM ticket_lists
        WHERE opened_at = OLD.opened_at AND ticket = OLD.id
          AND list IN (SELECT * FROM lists_of(OLD) EXCEPT SELECT * FROM lists_of(NEW));
    END IF;
    INSERT INTO ticket_lists SELECT list, NEW.opened_at, NEW.id FROM lists_of(NEW) WHERE list IS NOT NULL
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER tickets_listed AFTER INSERT ON tickets FOR EACH ROW EXECUTE FUNCTION keep_lists();
CREATE TRIGGER tickets_listed_anew AFTER UPDATE OF areas, departments, assignee, site ON tickets
    FOR EACH ROW WHEN ((OLD.areas, OLD.departments, OLD.assignee, OLD.site)
                       IS DISTINCT FROM (NEW.areas, NEW.departments, NEW.assignee, NEW.site))
    EXECUTE FUNCTION keep_lists();

-- Of what was changed lately, too, a list is found as quickly: an index that takes its entries in later is read through for them.
ALTER INDEX tickets_by_marks SET (fastupdate = off);
ALTER INDEX tickets_open_by_area SET (fastupdate = off);
ALTER INDEX tickets_open_by_department SET (fastupdate = off);
SELECT gin_clean_pending_list('tickets_by_marks'), gin_clean_pending_list('tickets_open_by_area'),
       gin_clean_pending_list('tickets_open_by_department');

-- What ended in a period, for the figures.
CREATE INDEX tickets_ended ON tickets (ended_at);
ANALYZE ticket_lists;
