-- When its reporter's one «no» reopened a report's ticket. Of what was answered before, the audit log tells, which has
-- residents act as `report`, a name that no account may have; of several reports merged into one ticket it does not tell
-- whose it was, and then none has another.
ALTER TABLE reports ADD COLUMN reopened_at timestamptz;
UPDATE reports SET reopened_at = (
    SELECT min(at) FROM audit
    WHERE audit.ticket IN (reports.ticket, root_of(reports.ticket)) AND action = 'reopen' AND actor = 'report'
)
WHERE solved IS NOT NULL;
