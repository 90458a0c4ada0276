-- All that a list of tickets can be asked for, in one index that finds what few have in common: an index in the order of time
-- would be walked to its end for them.
CREATE FUNCTION marks_of(state text, kind text, site text, device text) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
    SELECT ARRAY['state:' || state, 'kind:' || kind, 'site:' || site, 'device:' || device]
$$;
CREATE INDEX tickets_by_marks ON tickets USING gin (areas, departments, marks_of(state, kind, site, device));
DROP INDEX tickets_by_area;
CREATE INDEX tickets_by_assignee ON tickets (assignee) WHERE assignee IS NOT NULL;
CREATE INDEX tickets_open_by_department ON tickets USING gin (departments) WHERE ended_at IS NULL;

-- As before, in words that these indexes understand.
CREATE OR REPLACE FUNCTION within_reach(
    role text, reach text, holder text, assignee text, departments text[], areas text[]
) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN role = 'department'
                THEN (reach IS NULL OR areas @> ARRAY[reach]) AND (assignee = holder OR departments @> ARRAY[holder])
                ELSE reach IS NULL OR areas @> ARRAY[reach] OR assignee = holder OR departments @> ARRAY[holder]
           END
$$;
ANALYZE tickets;
