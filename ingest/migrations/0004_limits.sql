-- A site may want its matters dealt with sooner or later than is usual.
ALTER TABLE sites ADD COLUMN limits jsonb NOT NULL DEFAULT '{}';

-- When the frame or reading that opened an incident was captured: `at` moves on with every update.
ALTER TABLE incidents ADD COLUMN found_at timestamptz;
UPDATE incidents SET found_at = at;
ALTER TABLE incidents ALTER COLUMN found_at SET NOT NULL;
