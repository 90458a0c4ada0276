-- Grids of single departments that were merged into a general one (多网合一): they take no more tickets, their history stays.
ALTER TABLE areas
    ADD COLUMN merged_into text REFERENCES areas (code),
    ADD COLUMN merged_at timestamptz,
    ADD CHECK ((merged_into IS NULL) = (merged_at IS NULL));
