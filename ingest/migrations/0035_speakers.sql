-- Of a city's devices, those that speak for themselves: when the street was last heard is asked for with every wall.
CREATE INDEX devices_that_speak ON devices (site, id)
    WHERE kind = 'agent' OR split_part(config ->> 'sensor', '://', 1) = 'mqtt';
