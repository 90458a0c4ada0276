-- Somebody may have the desk open in several windows, on several machines: each has a claim of its own, and gives back that alone.
ALTER TABLE claims
    DROP CONSTRAINT claims_pkey,
    DROP CONSTRAINT claims_holder_key,
    ADD COLUMN desk text NOT NULL DEFAULT '',
    ADD PRIMARY KEY (holder, desk);
CREATE INDEX claims_of_ticket ON claims (ticket);
