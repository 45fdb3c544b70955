-- Least privilege: the worker writes timelines and cannot sign anybody in; the server reads timelines and cannot write them.
-- Give each its own login that is a member of one of these roles, or let Tocsin take the role when it connects.
-- Roles belong to the whole cluster, so they may exist already; a migrating user without CREATEROLE leaves them out.
DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['tocsin_worker', 'tocsin_server'] LOOP
    BEGIN
      EXECUTE format('CREATE ROLE %I NOLOGIN', name);
      -- So that whoever sets the database up can connect in either role.
      EXECUTE format('GRANT %I TO %I', name, current_user);
    EXCEPTION
      WHEN duplicate_object OR unique_violation THEN NULL;
      WHEN insufficient_privilege THEN
        RAISE NOTICE 'role % was not created: % may not create roles', name, current_user;
    END;
  END LOOP;

  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'tocsin_worker') THEN
    GRANT SELECT, INSERT ON incidents, events, heads, head_keys, snapshots TO tocsin_worker;
    GRANT UPDATE (head_seq, head_hash, status, severity, closed_at, changed_at) ON incidents TO tocsin_worker;
    GRANT UPDATE ON snapshots TO tocsin_worker;
    GRANT SELECT ON plans TO tocsin_worker;
    GRANT SELECT, INSERT, UPDATE, DELETE ON leases, worlds, findings TO tocsin_worker;
  END IF;

  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'tocsin_server') THEN
    GRANT SELECT ON incidents, events, heads, head_keys, leases, worlds, snapshots TO tocsin_server;
    GRANT SELECT, INSERT ON plans, incident_numbers TO tocsin_server;
    GRANT SELECT, INSERT, UPDATE ON incident_counters, alerts, findings TO tocsin_server;
    GRANT SELECT, INSERT, UPDATE, DELETE ON passwords, sessions, tokens, sign_in_links TO tocsin_server;
  END IF;
END $$;
