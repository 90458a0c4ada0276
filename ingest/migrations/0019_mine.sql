-- What a phone asks for again and again: what nobody has taken yet, and the letters that wait for a department's answer.
CREATE INDEX tickets_free ON tickets (due_accept, id) WHERE state = 'dispatched' AND assignee IS NULL;
CREATE INDEX letters_to_answer ON letters (department, deadline) WHERE ended_at IS NULL AND reported_at IS NULL;
