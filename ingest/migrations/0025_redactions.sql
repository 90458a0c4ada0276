-- Where faces and number plates may be, in fractions, to be hidden from whom they do not concern; NULL: nobody knows.
ALTER TABLE evidence ADD COLUMN redactions jsonb;

CREATE OR REPLACE VIEW ticket_view AS
SELECT id, number, kind, state, severity, title, text,
       area_code, area_name, areas, longitude, latitude, site, device, zone, opened_at, began_at,
       due_accept, due_handle, due_close, accepted_at, handled_at, ended_at, assignee, departments,
       explanation, parent, merged_into, pace, paused_until, solved,
       greatest(levels[1] + hands[1], levels[2] + hands[2], levels[3] + hands[3]) AS level,
       CASE WHEN ended_at IS NOT NULL THEN '{}' ELSE array_remove(ARRAY[
           CASE WHEN accepted_at IS NULL AND now() > due_accept THEN 'accept' END,
           CASE WHEN handled_at IS NULL AND now() > due_handle THEN 'handle' END,
           CASE WHEN now() > due_close THEN 'close' END
       ], NULL) END AS overdue,
       ARRAY(SELECT incidents.id FROM incidents WHERE incidents.ticket = tickets.id ORDER BY began_at) AS incidents,
       coalesce((
           SELECT jsonb_agg(jsonb_build_object('id', e.id, 'at', e.at, 'role', e.role, 'box', e.box,
                                               'media_type', e.media_type,
                                               'redacted', e.redactions IS DISTINCT FROM '[]',
                                               'sha256', encode(e.sha256, 'hex')) ORDER BY e.at, e.role DESC)
           FROM evidence AS e WHERE e.ticket = tickets.id
       ), '[]') AS evidence,
       acknowledged_by, acknowledged_at
FROM tickets;
