-- The last incidents of one device, of whatever kind: what a changed zone is tried on.
CREATE INDEX incidents_by_device ON incidents (site, device, found_at DESC);
