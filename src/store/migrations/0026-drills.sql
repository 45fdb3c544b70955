-- Drills that are planned: what is played, by whom, when. That one runs and that it is over is told by its timeline.

CREATE TABLE exercise_numbers (
  key      text PRIMARY KEY,
  year     integer NOT NULL,
  number   integer NOT NULL,
  UNIQUE (year, number)
);
CREATE TABLE exercise_counters (
  year integer PRIMARY KEY,
  last integer NOT NULL
);

-- Answers with the number that `p_key` got the first time, as allocate_incident does. Numbers may have gaps.
CREATE FUNCTION allocate_exercise(p_key text, p_year integer, OUT year integer, OUT number integer) LANGUAGE plpgsql AS $$
BEGIN
  LOOP
    SELECT n.year, n.number INTO year, number FROM exercise_numbers n WHERE n.key = p_key;
    IF FOUND THEN RETURN; END IF;
    INSERT INTO exercise_counters AS c (year, last) VALUES (p_year, 1)
    ON CONFLICT ON CONSTRAINT exercise_counters_pkey DO UPDATE SET last = c.last + 1
    RETURNING c.year, c.last INTO year, number;
    INSERT INTO exercise_numbers (key, year, number) VALUES (p_key, year, number)
    ON CONFLICT ON CONSTRAINT exercise_numbers_pkey DO NOTHING;
    IF FOUND THEN RETURN; END IF;
  END LOOP;
END $$;

CREATE TABLE drills (
  id                text PRIMARY KEY,
  -- As text: jsonb refuses some strings that JSON allows.
  script            text NOT NULL,
  playbook          text NOT NULL,
  playbook_version  integer NOT NULL,
  playbook_title    text NOT NULL,
  plan_hash         text NOT NULL REFERENCES plans (hash),
  players           jsonb NOT NULL,
  staff             jsonb NOT NULL,
  -- When it is to begin, by the clock on the wall, as all times here.
  at                double precision,
  seed              integer NOT NULL,
  rate              double precision NOT NULL,
  note              text,
  -- Grows with every change, so that calendars know which is the latest.
  revision          integer NOT NULL DEFAULT 0,
  planned_by        text NOT NULL,
  planned_at        double precision NOT NULL,
  started_at        double precision,
  started_by        text,
  cancelled_at      double precision,
  cancelled_because text,
  CHECK ((started_at IS NULL) = (started_by IS NULL)),
  CHECK ((cancelled_at IS NULL) = (cancelled_because IS NULL)),
  CHECK (started_at IS NULL OR cancelled_at IS NULL)
);
CREATE INDEX drills_latest ON drills (planned_at DESC, id DESC);
CREATE INDEX drills_by_plan ON drills (plan_hash);

-- Of the staff, read by no player before it is over.
CREATE TABLE drill_notes (
  position    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  drill       text NOT NULL REFERENCES drills (id),
  person      text NOT NULL,
  at          double precision NOT NULL,
  scenario_at double precision,
  text        text NOT NULL
);
CREATE INDEX drill_notes_by_drill ON drill_notes (drill, position);

DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'tocsin_server') THEN
    GRANT SELECT, INSERT ON exercise_numbers, drills, drill_notes TO tocsin_server;
    GRANT SELECT, INSERT, UPDATE ON exercise_counters TO tocsin_server;
    GRANT UPDATE (players, staff, at, rate, note, revision, started_at, started_by, cancelled_at, cancelled_because)
      ON drills TO tocsin_server;
  END IF;
END $$;
