-- Numbers that an agent had to give up: they are missing for ever, and nobody waits for them.
ALTER TABLE sequences ADD COLUMN dropped int8multirange NOT NULL DEFAULT '{}';

-- What of a boot's numbers is not there, up to the highest that is heard of.
CREATE FUNCTION missing_of(received int8multirange) RETURNS int8multirange LANGUAGE sql IMMUTABLE
RETURN CASE WHEN isempty(received) THEN '{}'::int8multirange
            ELSE int8multirange(int8range(1, upper(received))) - received END;

-- There are few of them, and they are counted all the time.
CREATE INDEX sequences_with_gaps ON sequences (site, device) WHERE NOT isempty(missing_of(received + dropped));

-- As an agent and a person write them: each span's first and last number.
CREATE FUNCTION spans(numbers int8multirange) RETURNS bigint[] LANGUAGE sql IMMUTABLE
RETURN ARRAY(SELECT ARRAY[lower(span), upper(span) - 1] FROM unnest(numbers) AS span);
