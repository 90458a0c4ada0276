"""The centre's intake: writes what arrives into the database, acknowledges it, sets the malformed aside."""
