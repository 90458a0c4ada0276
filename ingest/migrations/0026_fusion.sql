-- Who stands near, and who hangs on the same edge agent.
CREATE INDEX devices_by_latitude ON devices (site, latitude) WHERE NOT retired;
CREATE INDEX devices_by_agent ON devices (site, agent) WHERE agent IS NOT NULL;
