-- What arrived and what was given up is one span nearly always. Kept apart, each in as many spans as there were pictures
-- between two that an agent gave up, tens of thousands were read, merged and written with every message.
ALTER TABLE sequences ADD COLUMN settled int8multirange NOT NULL DEFAULT '{}';
UPDATE sequences SET settled = received + dropped, dropped = dropped - received;
ALTER TABLE sequences ALTER COLUMN settled DROP DEFAULT;
ALTER TABLE sequences DROP COLUMN gaps, DROP COLUMN received;
ALTER TABLE sequences ADD COLUMN gaps boolean NOT NULL GENERATED ALWAYS AS (NOT isempty(missing_of(settled))) STORED;
CREATE INDEX sequences_with_gaps ON sequences (site, device) WHERE gaps;
