-- The timeline: append-only, hash-chained, one row an event. docs/formats/timeline.md says what the hashes cover.

CREATE TABLE incidents (
  id         text PRIMARY KEY,
  head_seq   integer NOT NULL,
  head_hash  text NOT NULL,
  -- The rest follows from the events; it is here to find incidents without reading them.
  status     text NOT NULL CHECK (status IN ('open', 'resolved', 'closed')),
  severity   text NOT NULL,
  title      text NOT NULL,
  mode       text NOT NULL,
  system     text,
  playbook   text,
  plan_hash  text,
  opened_at  double precision NOT NULL,
  closed_at  double precision,
  -- Grows with every redaction: whoever keeps events in memory must read them again.
  revision   integer NOT NULL DEFAULT 0,
  changed_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX incidents_by_status ON incidents (status, opened_at DESC);
CREATE INDEX incidents_by_change ON incidents (changed_at);

CREATE TABLE events (
  -- No foreign key: append_events() has the incident's row in its hand, and a check for every event would cost a tenth.
  incident      text NOT NULL,
  seq           integer NOT NULL CHECK (seq > 0),
  at            double precision NOT NULL,
  path          text NOT NULL,
  type          text NOT NULL,
  v             integer NOT NULL,
  -- Canonical JSON of {actor, data}, exactly as it was hashed: text, because jsonb would write it anew.
  content       text,
  salt          text,
  content_hash  text NOT NULL,
  hash          text NOT NULL,
  recorded_at   timestamptz NOT NULL,
  -- What a redacted event shows instead; not covered by the chain.
  stand_in      text,
  redacted_at   timestamptz,
  redacted_by   text,
  redacted_why  text,
  PRIMARY KEY (incident, seq),
  CHECK ((content IS NULL) = (salt IS NULL)),
  CHECK ((content IS NULL) = (redacted_at IS NOT NULL)),
  CHECK ((content IS NULL) = (stand_in IS NOT NULL))
);

CREATE TABLE heads (
  incident  text NOT NULL,
  seq       integer NOT NULL,
  hash      text NOT NULL,
  at        double precision NOT NULL,
  key_id    text NOT NULL,
  signature text NOT NULL,
  PRIMARY KEY (incident, seq)
);

-- Public parts of the keys that signed heads, so that an export can name them.
CREATE TABLE head_keys (
  id         text PRIMARY KEY,
  public_key text NOT NULL,
  first_used timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- The one change there is: a redaction, through redact_event().
  IF TG_TABLE_NAME = 'events' AND TG_OP = 'UPDATE' AND current_setting('tocsin.redacting', true) = 'yes' THEN
    IF (NEW.incident, NEW.seq, NEW.at, NEW.path, NEW.type, NEW.v, NEW.content_hash, NEW.hash, NEW.recorded_at)
       IS NOT DISTINCT FROM
       (OLD.incident, OLD.seq, OLD.at, OLD.path, OLD.type, OLD.v, OLD.content_hash, OLD.hash, OLD.recorded_at)
       AND NEW.content IS NULL THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION '% on % is refused: a timeline only grows', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'TC001', HINT = 'Add an amendment, or redact with redact_event().';
END $$;

CREATE TRIGGER events_only_grow BEFORE UPDATE OR DELETE ON events FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER events_stay BEFORE TRUNCATE ON events FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER heads_only_grow BEFORE UPDATE OR DELETE ON heads FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER heads_stay BEFORE TRUNCATE ON heads FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Appends events after the head that the caller expects, and their signed head: one round trip. Listeners are told by the
-- writer afterwards: pg_notify() here would make all commits of the database wait for each other.
-- Answers with the head as it is: unless `appended`, nothing was written and the caller has to look what came in between.
CREATE FUNCTION append_events(
  p_incident text, p_head_seq integer, p_head_hash text,
  p_ats double precision[], p_paths text[], p_types text[], p_v integer, p_contents text[], p_salts text[],
  p_content_hashes text[], p_hashes text[], p_now double precision, p_key_id text, p_signature text, p_facts jsonb,
  OUT appended boolean, OUT head_seq integer, OUT head_hash text
) LANGUAGE plpgsql AS $$
DECLARE
  last integer := p_head_seq + cardinality(p_hashes);
BEGIN
  IF p_head_seq = 0 THEN
    INSERT INTO incidents (id, head_seq, head_hash, status, severity, title, mode, system, playbook, plan_hash, opened_at)
    SELECT p_incident, 0, p_head_hash, 'open', f.severity, f.title, f.mode, f.system, f.playbook, f.plan_hash, f.opened_at
    FROM jsonb_to_record(p_facts) AS f(severity text, title text, mode text, system text, playbook text, plan_hash text,
                                       opened_at double precision)
    ON CONFLICT (id) DO NOTHING;
  END IF;
  UPDATE incidents i SET
    head_seq = last,
    head_hash = p_hashes[cardinality(p_hashes)],
    status = coalesce(p_facts ->> 'status', i.status),
    severity = coalesce(p_facts ->> 'severity', i.severity),
    closed_at = CASE WHEN p_facts ? 'closed_at' THEN (p_facts ->> 'closed_at')::double precision ELSE i.closed_at END,
    changed_at = clock_timestamp()
  WHERE i.id = p_incident AND i.head_seq = p_head_seq AND i.head_hash = p_head_hash;
  IF NOT FOUND THEN
    appended := false;
    SELECT i.head_seq, i.head_hash INTO head_seq, head_hash FROM incidents i WHERE i.id = p_incident;
    RETURN;
  END IF;
  INSERT INTO events (incident, seq, at, path, type, v, content, salt, content_hash, hash, recorded_at)
  SELECT p_incident, p_head_seq + e.n, e.at, e.path, e.type, p_v, e.content, e.salt, e.content_hash, e.hash,
         to_timestamp(p_now / 1000)
  FROM unnest(p_ats, p_paths, p_types, p_contents, p_salts, p_content_hashes, p_hashes)
       WITH ORDINALITY AS e(at, path, type, content, salt, content_hash, hash, n);
  INSERT INTO heads (incident, seq, hash, at, key_id, signature)
  VALUES (p_incident, last, p_hashes[cardinality(p_hashes)], p_now, p_key_id, p_signature);
  appended := true;
  head_seq := last;
  head_hash := p_hashes[cardinality(p_hashes)];
END $$;

-- Drops what was written and its salt; hashes stay, and so the chain stays whole. Only the owner of the tables may.
CREATE FUNCTION redact_event(p_incident text, p_seq integer, p_stand_in text, p_by text, p_why text, p_now double precision)
RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  done boolean;
BEGIN
  PERFORM set_config('tocsin.redacting', 'yes', true);
  UPDATE events SET content = NULL, salt = NULL, stand_in = p_stand_in,
         redacted_at = coalesce(redacted_at, to_timestamp(p_now / 1000)), redacted_by = p_by, redacted_why = p_why
  WHERE incident = p_incident AND seq = p_seq;
  done := FOUND;
  PERFORM set_config('tocsin.redacting', '', true);
  IF done THEN
    UPDATE incidents SET revision = revision + 1, changed_at = clock_timestamp() WHERE id = p_incident;
    PERFORM pg_notify('tocsin_timeline', p_incident || ':' || (SELECT head_seq FROM incidents WHERE id = p_incident));
  END IF;
  RETURN done;
END $$;
REVOKE ALL ON FUNCTION redact_event FROM PUBLIC;
