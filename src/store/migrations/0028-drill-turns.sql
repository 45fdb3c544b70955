-- Drills that come round by themselves. A worker says that the drill of a period is to be planned, and nothing else; a server plans
-- it as people do, by the file as it stands then.
CREATE TABLE drill_turns (
  schedule text NOT NULL,
  -- `2026-Q4`, `2026-11`, `2026-W48`: one drill a period, however its date is edited.
  period   text NOT NULL,
  noted_at double precision NOT NULL,
  drill    text REFERENCES drills (id),
  -- Why it could not be planned, when that was tried last.
  problem  text,
  PRIMARY KEY (schedule, period)
);
CREATE INDEX drill_turns_open ON drill_turns (noted_at) WHERE drill IS NULL;

DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'tocsin_worker') THEN
    GRANT INSERT (schedule, period, noted_at) ON drill_turns TO tocsin_worker;
  END IF;
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'tocsin_server') THEN
    GRANT SELECT, DELETE ON drill_turns TO tocsin_server;
    GRANT UPDATE (drill, problem) ON drill_turns TO tocsin_server;
  END IF;
END $$;
