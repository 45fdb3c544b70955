-- The role of drill workers: reads and appends the timelines of drills alone, reads plans, and reaches nothing else.
-- What everybody else may do stays as it was: to them the policies say yes, whatever the row.
ALTER TABLE incidents ENABLE ROW LEVEL SECURITY;
ALTER TABLE events ENABLE ROW LEVEL SECURITY;
ALTER TABLE heads ENABLE ROW LEVEL SECURITY;
CREATE POLICY as_granted ON incidents USING (true) WITH CHECK (true);
CREATE POLICY as_granted ON events USING (true) WITH CHECK (true);
CREATE POLICY as_granted ON heads USING (true) WITH CHECK (true);

DO $$
BEGIN
  BEGIN
    CREATE ROLE tocsin_drill NOLOGIN;
    -- So that whoever sets the database up can connect in this role.
    EXECUTE format('GRANT tocsin_drill TO %I', current_user);
  EXCEPTION
    -- It belongs to the whole cluster, and may have been made before, for a login that has no other.
    WHEN duplicate_object OR unique_violation THEN NULL;
    WHEN insufficient_privilege THEN
      RAISE NOTICE 'role tocsin_drill was not created: % may not create roles', current_user;
  END;

  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'tocsin_drill') THEN
    GRANT SELECT, INSERT ON incidents, events, heads, head_keys TO tocsin_drill;
    GRANT UPDATE (head_seq, head_hash, status, severity, closed_at, changed_at) ON incidents TO tocsin_drill;
    GRANT SELECT ON plans TO tocsin_drill;
    -- A row of `incidents` that is an exercise, and names no AI system, is in no list, number or match of real incidents.
    CREATE POLICY drills_alone ON incidents AS RESTRICTIVE TO tocsin_drill
      USING (id LIKE 'EX-%') WITH CHECK (id LIKE 'EX-%' AND mode = 'exercise' AND system IS NULL);
    CREATE POLICY drills_alone ON events AS RESTRICTIVE TO tocsin_drill USING (incident LIKE 'EX-%');
    CREATE POLICY drills_alone ON heads AS RESTRICTIVE TO tocsin_drill USING (incident LIKE 'EX-%');
  END IF;
END $$;
