-- Local accounts. Every secret is kept as a hash only.

CREATE TABLE passwords (
  person     text PRIMARY KEY,
  hash       text NOT NULL,
  changed_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE sessions (
  token_hash text PRIMARY KEY,
  person     text NOT NULL,
  started_at double precision NOT NULL,
  expires_at double precision NOT NULL
);
CREATE INDEX sessions_by_person ON sessions (person);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

CREATE TABLE tokens (
  id           text PRIMARY KEY,
  token_hash   text NOT NULL UNIQUE,
  prefix       text NOT NULL,
  name         text NOT NULL,
  person       text NOT NULL,
  scope        text NOT NULL CHECK (scope IN ('person', 'alerts')),
  created_at   double precision NOT NULL,
  expires_at   double precision,
  last_used_at double precision
);
CREATE INDEX tokens_by_person ON tokens (person);

CREATE TABLE sign_in_links (
  token_hash text PRIMARY KEY,
  person     text NOT NULL,
  expires_at double precision NOT NULL,
  used_at    double precision
);
