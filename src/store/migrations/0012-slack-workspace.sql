-- What stands in Slack stands in one workspace, said by one app: in another (a real one after a trial), all is said anew.
ALTER TABLE slack_setup ADD COLUMN workspace text;

DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'tocsin_server') THEN
    GRANT UPDATE ON slack_setup TO tocsin_server;
    GRANT DELETE ON slack_progress TO tocsin_server;
  END IF;
END $$;
