-- Scheduled checks of AI systems: what came of the last run of each. Findings are alerts in the inbox.

CREATE TABLE checks (
  system     text NOT NULL,
  name       text NOT NULL CHECK (name IN ('integrity', 'canaries')),
  -- The last run that was written down, by when Temporal started it.
  run        text NOT NULL,
  started_at double precision NOT NULL,
  noted_at   double precision NOT NULL,
  status     text NOT NULL CHECK (status IN ('clean', 'found', 'failed')),
  version    text,
  code       text,
  detail     text NOT NULL,
  -- Runs in a row that could not be carried out.
  failures   integer NOT NULL,
  -- When it was last carried out, whatever it found.
  done_at    double precision,
  PRIMARY KEY (system, name)
);

-- The worker tells the inbox what its checks found, and when that is over; it can neither read the inbox nor touch what others sent.
-- What nothing matched before is matched again: an incident that it belongs to may have been opened since.
CREATE FUNCTION receive_check_alert(p_key text, p_raw text, p_now double precision)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
  kept bigint := receive_alert('checks', p_key, p_raw, p_now);
BEGIN
  UPDATE alerts a SET status = 'new' WHERE a.id = kept AND a.status = 'unmatched';
END $$;

-- Over are the alerts whose keys begin like one of `p_over`, but for the one that was found just now.
CREATE FUNCTION resolve_check_alerts(p_over text[], p_found text, p_now double precision)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  UPDATE alerts a SET resolved_at = p_now, last_at = greatest(a.last_at, p_now)
  WHERE a.source = 'checks' AND a.live AND a.resolved_at IS NULL AND a.dedupe_key IS DISTINCT FROM p_found
    AND EXISTS (SELECT FROM unnest(p_over) AS o (beginning) WHERE starts_with(a.dedupe_key, o.beginning));
END $$;

DO $$
DECLARE
  own text;
BEGIN
  -- Temporary tables last: else whoever calls could put one of their own, with a trigger, in the place of ours.
  FOREACH own IN ARRAY ARRAY['receive_check_alert', 'resolve_check_alerts'] LOOP
    EXECUTE format('ALTER FUNCTION %I SET search_path = %I, pg_temp', own, current_schema());
    EXECUTE format('REVOKE ALL ON FUNCTION %I FROM PUBLIC', own);
  END LOOP;
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'tocsin_worker') THEN
    GRANT SELECT, INSERT, UPDATE ON checks TO tocsin_worker;
    GRANT EXECUTE ON FUNCTION receive_check_alert, resolve_check_alerts TO tocsin_worker;
  END IF;
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'tocsin_server') THEN
    GRANT SELECT ON checks TO tocsin_server;
  END IF;
END $$;
