-- Each report rewrites its devices: where a page has room for that, no index has to hear of it.
ALTER TABLE devices SET (fillfactor = 50);
