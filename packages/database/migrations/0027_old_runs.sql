-- Ended runs of long ago go, the oldest first, at most a thousand rows looked at a call. Ids are in the order of time,
-- so their index is the way to what is old, and no run pays for another. What still says something stays: a pulse's
-- last run and the last that was decided, a missed run as long as the one that made up for it, and each update, which
-- is why its release is never handed out again.
CREATE FUNCTION delete_old_runs(after_id uuid, keep_days integer, OUT last_id uuid, OUT more boolean)
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  WITH bound AS MATERIALIZED (
    SELECT now() - make_interval(days => greatest(keep_days, 30)) AS at
  ), old AS MATERIALIZED (
    SELECT id FROM public.runs
    WHERE id > after_id AND id < (
      SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid FROM bound)
    ORDER BY id LIMIT 1000
  ), gone AS (
    DELETE FROM public.runs r USING old
    WHERE r.id = old.id AND r.ended_at < (SELECT at FROM bound) AND r.kind <> 'update'
      AND (r.pulse_id IS NULL OR EXISTS (
        SELECT FROM public.runs n
        WHERE n.pulse_id = r.pulse_id AND n.planned_at > r.planned_at AND n.ended_at IS NOT NULL
          AND (r.state IN ('cancelled', 'skipped') OR n.state NOT IN ('cancelled', 'skipped'))))
      AND NOT EXISTS (
        SELECT FROM public.runs g
        WHERE g.pulse_id = r.pulse_id AND g.slot = r.slot AND g.generation > r.generation)
  )
  SELECT (SELECT id FROM old ORDER BY id DESC LIMIT 1), (SELECT count(*) = 1000 FROM old)
$$;
GRANT SELECT (id, kind, state, pulse_id, slot, generation, planned_at, ended_at) ON runs TO pulsekeep_eraser;
GRANT CREATE ON SCHEMA public TO pulsekeep_eraser;
ALTER FUNCTION delete_old_runs(uuid, integer) OWNER TO pulsekeep_eraser;
REVOKE CREATE ON SCHEMA public FROM pulsekeep_eraser;
REVOKE ALL ON FUNCTION delete_old_runs(uuid, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION delete_old_runs(uuid, integer) TO pulsekeep_engine;
