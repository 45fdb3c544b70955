-- What Tocsin has said and done in Slack, so that it is kept current and said once. Slack's own ids throughout.

-- When Slack was first connected: what was closed before is history and is not told.
CREATE TABLE slack_setup (
  one   boolean PRIMARY KEY DEFAULT true CHECK (one),
  since double precision NOT NULL
);

-- Channels that were made for incidents.
CREATE TABLE slack_channels (
  incident    text PRIMARY KEY,
  channel     text NOT NULL UNIQUE,
  name        text NOT NULL,
  topic       text NOT NULL DEFAULT '',
  archived_at double precision
);

-- One row a thing: a message by its channel and ts; what is no message (a pin, an invitation) and what somebody deleted has no ts.
CREATE TABLE slack_posts (
  incident   text NOT NULL,
  key        text NOT NULL,
  channel    text NOT NULL,
  ts         text,
  -- Of what it says; empty when it must be said again.
  hash       text NOT NULL,
  changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (incident, key)
);
CREATE UNIQUE INDEX slack_posts_by_message ON slack_posts (channel, ts) WHERE ts IS NOT NULL;

-- How far an incident has been told.
CREATE TABLE slack_progress (
  incident    text PRIMARY KEY,
  -- The last event that the thread of details covers.
  told_seq    integer NOT NULL DEFAULT 0,
  -- All that this event and those before it ask for has been done.
  settled_seq integer NOT NULL DEFAULT 0
);

CREATE TABLE slack_members (
  slack_user     text PRIMARY KEY,
  -- Null until they do something as a person.
  person         text,
  name           text,
  -- The direct conversation with them.
  dm             text,
  home_opened_at double precision,
  seen_at        timestamptz NOT NULL DEFAULT clock_timestamp()
);

DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'tocsin_server') THEN
    GRANT SELECT, INSERT ON slack_setup TO tocsin_server;
    GRANT SELECT, INSERT, UPDATE, DELETE ON slack_channels, slack_posts TO tocsin_server;
    GRANT SELECT, INSERT, UPDATE ON slack_progress, slack_members TO tocsin_server;
  END IF;
END $$;
