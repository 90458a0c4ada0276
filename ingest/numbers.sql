-- name: record_numbers
-- What arrived and what was given up; returns what had arrived before, and the lowest spans of all that is there.
INSERT INTO sequences AS known (site, device, boot, received, dropped, heard_at)
SELECT site, device, boot, received, dropped, %(now)s::timestamptz
FROM json_to_recordset(%(arrived)s)
     AS arrived (site text, device text, boot uuid, received int8multirange, dropped int8multirange)
ORDER BY site, device, boot  -- one order for all, so that two processes cannot wait for each other
ON CONFLICT (site, device, boot) DO UPDATE SET
    repeated = known.received * excluded.received,
    received = known.received + excluded.received,
    dropped = known.dropped + excluded.dropped,
    heard_at = excluded.heard_at
RETURNING site, device, boot, spans(repeated), (spans(received + dropped))[:100];

-- name: count_gaps
SELECT count(*), coalesce(sum((SELECT sum(upper(gap) - lower(gap)) FROM unnest(missing_of(received + dropped)) AS gap)), 0)
FROM sequences
WHERE gaps;
