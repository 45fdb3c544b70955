-- Improvement items: what is to be better after a drill or an incident. An item may change; what happened to it only grows.
CREATE TABLE improvement_numbers (
  key      text PRIMARY KEY,
  year     integer NOT NULL,
  number   integer NOT NULL,
  UNIQUE (year, number)
);
CREATE TABLE improvement_counters (
  year integer PRIMARY KEY,
  last integer NOT NULL
);

-- Answers with the number that `p_key` got the first time, as allocate_incident does. Numbers may have gaps.
CREATE FUNCTION allocate_improvement(p_key text, p_year integer, OUT year integer, OUT number integer) LANGUAGE plpgsql AS $$
BEGIN
  LOOP
    SELECT n.year, n.number INTO year, number FROM improvement_numbers n WHERE n.key = p_key;
    IF FOUND THEN RETURN; END IF;
    INSERT INTO improvement_counters AS c (year, last) VALUES (p_year, 1)
    ON CONFLICT ON CONSTRAINT improvement_counters_pkey DO UPDATE SET last = c.last + 1
    RETURNING c.year, c.last INTO year, number;
    INSERT INTO improvement_numbers (key, year, number) VALUES (p_key, year, number)
    ON CONFLICT ON CONSTRAINT improvement_numbers_pkey DO NOTHING;
    IF FOUND THEN RETURN; END IF;
  END LOOP;
END $$;

CREATE TABLE improvements (
  id             text PRIMARY KEY,
  -- Grows with every change, so that nobody overwrites what they have not seen.
  version        integer NOT NULL DEFAULT 1,
  status         text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'done', 'closed')),
  learnt_in      text NOT NULL REFERENCES incidents (id),
  objective      text,
  about          integer[] NOT NULL,
  issue          text NOT NULL,
  action         text NOT NULL,
  owner          text NOT NULL,
  -- Days of the calendar, as people wrote them.
  start          text,
  due            text NOT NULL,
  goal           jsonb,
  redrills       text[] NOT NULL DEFAULT '{}',
  created_at     double precision NOT NULL,
  created_by     text NOT NULL,
  closed_at      double precision,
  closed_by      text,
  closed_drill   text REFERENCES drills (id),
  closed_reason  text,
  CHECK ((status = 'closed') = (closed_at IS NOT NULL AND closed_by IS NOT NULL)),
  CHECK ((status = 'closed') = (closed_drill IS NOT NULL OR closed_reason IS NOT NULL))
);
CREATE INDEX improvements_by_origin ON improvements (learnt_in);
CREATE INDEX improvements_by_owner ON improvements (owner, status);

-- One row for each version of an item: who did what, and when.
CREATE TABLE improvement_changes (
  improvement text NOT NULL REFERENCES improvements (id),
  version     integer NOT NULL,
  at          double precision NOT NULL,
  by          text NOT NULL,
  what        text NOT NULL,
  PRIMARY KEY (improvement, version)
);
CREATE FUNCTION refuse_improvement_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% on % is refused: the history of an improvement item only grows', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'TC001';
END $$;
CREATE TRIGGER improvement_changes_only_grow BEFORE UPDATE OR DELETE ON improvement_changes
  FOR EACH ROW EXECUTE FUNCTION refuse_improvement_change();
CREATE TRIGGER improvement_changes_stay BEFORE TRUNCATE ON improvement_changes
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_improvement_change();

-- Reminders, one row a reminder and a person: noted before it is sent, so that a crash neither loses one nor doubles it in silence.
CREATE TABLE improvement_reminders (
  improvement text NOT NULL REFERENCES improvements (id),
  -- Which of its reminders: it names the day that it counts from.
  key         text NOT NULL,
  person      text NOT NULL,
  state       text NOT NULL CHECK (state IN ('sending', 'waiting', 'sent', 'failed')),
  tries       integer NOT NULL DEFAULT 1,
  -- An earlier try may have arrived: nobody heard what came of it.
  unsure      boolean NOT NULL DEFAULT false,
  tried_at    double precision NOT NULL,
  why         text,
  PRIMARY KEY (improvement, key, person)
);

-- Where an item stands in a list of work outside. A row without a key: it was to be created there, and nobody heard what came of it.
CREATE TABLE improvement_links (
  improvement text PRIMARY KEY REFERENCES improvements (id),
  system      text NOT NULL CHECK (system IN ('github', 'jira')),
  -- Repository or project: a link of another one is none.
  place       text NOT NULL,
  key         text,
  url         text,
  state       text,
  -- Whether it counts as closed there.
  over        boolean,
  synced_at   double precision,
  -- Hashes of our text and of how it stood there then: another one of those is an edit of ours, or of somebody there.
  text_hash   text,
  claimed_at  double precision,
  problem     text
);

DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'tocsin_server') THEN
    GRANT SELECT, INSERT ON improvement_numbers, improvements, improvement_changes TO tocsin_server;
    GRANT SELECT, INSERT, UPDATE ON improvement_counters TO tocsin_server;
    GRANT UPDATE (version, status, issue, action, owner, start, due, goal, redrills, closed_at, closed_by, closed_drill,
                  closed_reason) ON improvements TO tocsin_server;
    GRANT SELECT ON improvement_links TO tocsin_server;
  END IF;
  -- A worker reminds people and speaks to the tracker: it may say "done" and "open", and close nothing.
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'tocsin_worker') THEN
    GRANT SELECT ON improvements TO tocsin_worker;
    GRANT UPDATE (version, status) ON improvements TO tocsin_worker;
    GRANT SELECT, INSERT ON improvement_changes TO tocsin_worker;
    GRANT SELECT, INSERT, UPDATE ON improvement_reminders, improvement_links TO tocsin_worker;
  END IF;
END $$;
