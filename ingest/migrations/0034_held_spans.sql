-- A clock that was set back may end an incident before it began: there is no range from later to earlier.
CREATE OR REPLACE FUNCTION held_spans(since timestamptz, until timestamptz)
RETURNS TABLE (site text, device text, metric text, span tstzrange) LANGUAGE sql STABLE AS $$
    SELECT site, device, metric, unnest(range_agg(tstzrange(least(began_at, at) - interval '1 hour',
                                                            greatest(began_at, at) + interval '1 hour')))
    FROM (SELECT incidents.*, CASE WHEN kind <> 'sensor_fault' THEN zone END AS metric FROM incidents) AS told
    WHERE least(began_at, at) < until + interval '1 hour' AND greatest(began_at, at) > since - interval '1 hour'
      AND is_held(ticket, 'infinity')
    GROUP BY site, device, metric
$$;
