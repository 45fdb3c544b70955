-- Alertmanager ends an alert by itself when Prometheus is away, and then has it fire again since when it first did.
-- A batch, in one transaction. `p_ends`: when it ended; null: it fires. A repeat is counted on the live row. A firing that began after the
-- row's was over is news and makes a new row. One that began before comes late and is only counted, if it comes soon; after a minute it
-- is news, too: a monitor that lost touch with what it watches says "over" and later that it fires since then. What ended without having
-- fired here makes no row. `p_once`: the key names one message, and to bring it again changes nothing.
CREATE OR REPLACE FUNCTION receive_alerts(
  p_source text, p_requester text, p_keys text[], p_raws text[], p_systems text[], p_counts integer[],
  p_starts double precision[], p_ends double precision[], p_once boolean, p_now double precision
) RETURNS TABLE (nth integer, kept alerts) LANGUAGE plpgsql AS $$
DECLARE
  i integer;
  line alerts;
BEGIN
  -- Always in the same order: two batches never wait for each other in a circle.
  FOR i IN
    SELECT b.place FROM unnest(p_keys, p_starts, p_ends) WITH ORDINALITY AS b (key, starts, ends, place)
    ORDER BY b.key COLLATE "C", b.starts NULLS FIRST, b.ends IS NOT NULL, b.place
  LOOP
    line := NULL;
    IF p_ends[i] IS NOT NULL THEN
      UPDATE alerts a SET resolved_at = p_ends[i], last_at = greatest(a.last_at, p_now)
      WHERE a.source = p_source AND a.dedupe_key = p_keys[i] AND a.live AND a.resolved_at IS NULL
        AND coalesce(a.starts_at, a.received_at) <= p_ends[i]
      RETURNING a.* INTO line;
      IF line.id IS NULL THEN
        SELECT a.* INTO line FROM alerts a WHERE a.source = p_source AND a.dedupe_key = p_keys[i] AND a.live;
      END IF;
    ELSE
      IF p_once THEN
        SELECT a.* INTO line FROM alerts a WHERE a.source = p_source AND a.dedupe_key = p_keys[i] ORDER BY a.id LIMIT 1;
      ELSE
        UPDATE alerts a SET live = false
        WHERE a.source = p_source AND a.dedupe_key = p_keys[i] AND a.live
          AND (a.resolved_at < coalesce(p_starts[i], p_now)
            -- Since it was over, whatever is heard of it moves last_at.
            OR (a.resolved_at IS NOT NULL AND a.last_at < p_now - 60000)
            OR EXISTS (SELECT FROM incidents n WHERE n.id = a.incident AND n.status <> 'open'));
      END IF;
      IF line.id IS NULL THEN
        INSERT INTO alerts AS a
          (source, requester, dedupe_key, raw, system, count, starts_at, received_at, last_at)
        VALUES
          (p_source, p_requester, p_keys[i], p_raws[i], p_systems[i], p_counts[i], p_starts[i], p_now, p_now)
        ON CONFLICT (source, dedupe_key) WHERE live
        DO UPDATE SET
          count = a.count + CASE WHEN p_once THEN 0 ELSE excluded.count END,
          last_at = greatest(a.last_at, excluded.last_at)
        RETURNING a.* INTO line;
      END IF;
    END IF;
    nth := i;
    kept := line;
    RETURN NEXT;
  END LOOP;
END $$;
