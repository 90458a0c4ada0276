-- A wall shows the devices of a street out of a city's.
CREATE INDEX devices_by_place ON devices (longitude, latitude) WHERE NOT retired;
