-- A device that is online is seen whenever its agent is: that is not to be written down for each of a city's, minute by minute.
CREATE FUNCTION last_seen(device devices) RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN device.state = 'online'
        THEN greatest(device.seen_at, (SELECT seen_at FROM devices WHERE (site, id) = (device.site, device.agent)))
        ELSE device.seen_at END
$$;
