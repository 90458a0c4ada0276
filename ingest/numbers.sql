-- name: record_numbers
-- What arrived and what was given up. Returns, by its place in the list, what had arrived before; the last number that is
-- there; and, where not all are before that, the lowest span and those that hold what came now: there may be tens of
-- thousands. For most of a city's boots there is nothing to say but the last: lists take long to send and to read.
WITH arrived AS (
    SELECT * FROM json_to_recordset(%(arrived)s)
        AS arrived (place int, site text, device text, boot uuid, received int8multirange, dropped int8multirange)
), recorded AS (
    -- `dropped` has tens of thousands of spans where a camera's pictures were thinned: it is left as it lies on the disk
    -- unless something is known already of what comes, or is dropped now. What was dropped and comes after all has arrived.
    INSERT INTO sequences AS known (site, device, boot, settled, dropped, heard_at)
    SELECT site, device, boot, received + dropped, dropped - received, %(now)s::timestamptz FROM arrived
    ORDER BY site, device, boot  -- one order for all, so that two processes cannot wait for each other
    ON CONFLICT (site, device, boot) DO UPDATE SET
        repeated = CASE WHEN known.settled && excluded.settled
            THEN known.settled * (excluded.settled - excluded.dropped) - known.dropped ELSE '{}' END,
        settled = known.settled + excluded.settled,
        dropped = CASE WHEN known.settled && excluded.settled OR NOT isempty(excluded.dropped)
            THEN known.dropped - (excluded.settled - excluded.dropped) + (excluded.dropped - known.settled)
            ELSE known.dropped END,
        heard_at = excluded.heard_at
    RETURNING site, device, boot, repeated, settled AS known
)
SELECT place, CASE WHEN NOT isempty(repeated) THEN spans(repeated) END, upper(known) - 1,
       CASE WHEN known <> int8multirange(int8range(1, upper(known))) THEN spans(coalesce((
           SELECT range_agg(span) FROM unnest(known) AS span
           WHERE lower(span) = lower(known) OR span && (arrived.received + arrived.dropped)
       ), '{}')) END
FROM recorded JOIN arrived USING (site, device, boot);

-- name: count_gaps
SELECT count(*), coalesce(sum((SELECT sum(upper(gap) - lower(gap)) FROM unnest(missing_of(settled)) AS gap)), 0)
FROM sequences
WHERE gaps;
