-- One update of a row for each batch: what of the batch had been there before stands in `repeated`.
ALTER TABLE sequences ADD COLUMN repeated int8multirange NOT NULL DEFAULT '{}';

-- An index over what changes with every batch would make each of them write to every index of the table.
DROP INDEX sequences_with_gaps;
ALTER TABLE sequences ADD COLUMN gaps boolean NOT NULL
    GENERATED ALWAYS AS (NOT isempty(missing_of(received + dropped))) STORED;
CREATE INDEX sequences_with_gaps ON sequences (site, device) WHERE gaps;
ALTER TABLE sequences SET (fillfactor = 50);
