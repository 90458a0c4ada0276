-- A wall shows the devices of a street out of a city's, and ingest looks every second for what was changed.
CREATE INDEX devices_by_place ON devices (longitude, latitude) WHERE NOT retired;
CREATE INDEX devices_by_change ON devices (changed_at);
