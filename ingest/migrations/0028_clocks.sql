-- What was added to `at` since the clock of the device's agent is off: without it, `at` is as the device said.
ALTER TABLE readings ADD COLUMN clock_s real;
