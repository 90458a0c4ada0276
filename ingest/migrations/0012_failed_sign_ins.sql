-- How often somebody failed to sign in, by the hour and the account that was tried, until the audit log is told of it when
-- the hour is over. Names that nobody has are all counted as '': they may be passwords, and a stranger can make up many.
CREATE TABLE failed_sign_ins (
    hour   timestamptz,
    person text,
    tries  integer NOT NULL,
    PRIMARY KEY (hour, person)
);
