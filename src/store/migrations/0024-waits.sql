-- An alert that nothing matched is compared again when an incident about its system begins to wait.
CREATE INDEX events_waits ON events (incident, at) WHERE type = 'wait.started';
