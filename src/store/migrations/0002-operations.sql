-- Everything beside the timelines: numbers, alerts, plans, leases, simulated worlds, snapshots, findings.

CREATE TABLE incident_numbers (
  key      text PRIMARY KEY,
  year     integer NOT NULL,
  number   integer NOT NULL,
  UNIQUE (year, number)
);
CREATE TABLE incident_counters (
  year integer PRIMARY KEY,
  last integer NOT NULL
);

-- Answers with the number that `p_key` got the first time. Numbers may have gaps.
CREATE FUNCTION allocate_incident(p_key text, p_year integer, OUT year integer, OUT number integer) LANGUAGE plpgsql AS $$
BEGIN
  LOOP
    SELECT n.year, n.number INTO year, number FROM incident_numbers n WHERE n.key = p_key;
    IF FOUND THEN RETURN; END IF;
    INSERT INTO incident_counters AS c (year, last) VALUES (p_year, 1)
    ON CONFLICT ON CONSTRAINT incident_counters_pkey DO UPDATE SET last = c.last + 1
    RETURNING c.year, c.last INTO year, number;
    INSERT INTO incident_numbers (key, year, number) VALUES (p_key, year, number)
    ON CONFLICT ON CONSTRAINT incident_numbers_pkey DO NOTHING;
    IF FOUND THEN RETURN; END IF;
  END LOOP;
END $$;

-- The inbox: what was noticed, kept whether or not anything came of it.
CREATE TABLE alerts (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  source      text NOT NULL,
  dedupe_key  text NOT NULL,
  -- As text: jsonb refuses some strings that JSON allows.
  raw         text NOT NULL,
  received_at double precision NOT NULL,
  last_at     double precision NOT NULL,
  count       integer NOT NULL DEFAULT 1,
  status      text NOT NULL DEFAULT 'new' CHECK (status IN ('new', 'opened', 'joined', 'unmatched')),
  incident    text,
  -- How many of `count` its incident has been told of: the rest goes out as digests.
  told        integer NOT NULL DEFAULT 0,
  -- Repeats are counted on the live row; once its incident is over, a repeat is news and makes a new row.
  live        boolean NOT NULL DEFAULT true,
  CHECK ((status IN ('opened', 'joined')) = (incident IS NOT NULL))
);
CREATE UNIQUE INDEX alerts_live ON alerts (source, dedupe_key) WHERE live;
CREATE INDEX alerts_by_status ON alerts (status, id DESC);
CREATE INDEX alerts_untold ON alerts (id) WHERE incident IS NOT NULL AND told < count;

CREATE FUNCTION receive_alert(p_source text, p_key text, p_raw text, p_now double precision)
RETURNS SETOF alerts LANGUAGE plpgsql AS $$
BEGIN
  UPDATE alerts a SET live = false
  FROM incidents i
  WHERE a.source = p_source AND a.dedupe_key = p_key AND a.live AND i.id = a.incident AND i.status <> 'open';
  RETURN QUERY
    INSERT INTO alerts AS a (source, dedupe_key, raw, received_at, last_at)
    VALUES (p_source, p_key, p_raw, p_now, p_now)
    ON CONFLICT (source, dedupe_key) WHERE live
    DO UPDATE SET count = a.count + 1, last_at = greatest(a.last_at, excluded.last_at)
    RETURNING a.*;
END $$;

CREATE TABLE plans (
  position     bigint GENERATED ALWAYS AS IDENTITY,
  hash         text PRIMARY KEY,
  playbook     text NOT NULL,
  version      integer NOT NULL,
  body         text NOT NULL,
  published_at double precision NOT NULL,
  published_by text[] NOT NULL CHECK (cardinality(published_by) > 0)
);
CREATE INDEX plans_by_playbook ON plans (playbook, position DESC);
CREATE TRIGGER plans_only_grow BEFORE UPDATE OR DELETE ON plans FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER plans_stay BEFORE TRUNCATE ON plans FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Who may disturb an AI system now.
CREATE TABLE leases (
  system   text PRIMARY KEY,
  incident text NOT NULL,
  -- Grows with every taking: an act that carries an old one comes from a holder that is no longer.
  fence    bigint GENERATED ALWAYS AS IDENTITY,
  taken_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX leases_by_incident ON leases (incident);

CREATE TABLE worlds (
  name       text PRIMARY KEY,
  body       text,
  changed_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE snapshots (
  incident text PRIMARY KEY,
  body     text NOT NULL,
  saved_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- What the watchdog found and still finds.
CREATE TABLE findings (
  key         text PRIMARY KEY,
  incident    text,
  code        text NOT NULL,
  message     text NOT NULL,
  first_at    double precision NOT NULL,
  last_at     double precision NOT NULL,
  resolved_at double precision
);
CREATE INDEX findings_open ON findings (first_at) WHERE resolved_at IS NULL;
