ALTER TABLE "runs" DROP CONSTRAINT "runs_lane_seq";--> statement-breakpoint
ALTER TABLE "runs" DROP CONSTRAINT "runs_lane_id_lanes_id_fk";
--> statement-breakpoint
DROP INDEX "runs_lane_open";--> statement-breakpoint
ALTER TABLE "repository_commits" ADD COLUMN "day_commits" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX "runs_lane_updates" ON "runs" USING btree ("lane_id","slot") WHERE kind = 'update';--> statement-breakpoint
CREATE UNIQUE INDEX "runs_lane_open" ON "runs" USING btree ("lane_id","seq") WHERE ended_at is null;--> statement-breakpoint
-- So few rows on a page at first (four) that it has room for all versions of each: about 250, 820 and 860 bytes. Those
-- that find no room there would be laid on new pages, which are filled no further than this either.
ALTER TABLE runs SET (fillfactor = 13);
--> statement-breakpoint
-- Without a foreign key, the runs of a lane go when it goes: who plans one holds the lane until it is written.
CREATE FUNCTION delete_runs_of_lanes() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  DELETE FROM public.runs
    WHERE workspace_id IN (SELECT workspace_id FROM gone) AND lane_id IN (SELECT id FROM gone);
  RETURN NULL;
END $$;
CREATE POLICY eraser ON runs TO pulsekeep_eraser USING (true);
GRANT SELECT (workspace_id, lane_id), DELETE ON runs TO pulsekeep_eraser;
GRANT CREATE ON SCHEMA public TO pulsekeep_eraser;
ALTER FUNCTION delete_runs_of_lanes() OWNER TO pulsekeep_eraser;
REVOKE CREATE ON SCHEMA public FROM pulsekeep_eraser;
REVOKE ALL ON FUNCTION delete_runs_of_lanes() FROM PUBLIC;
CREATE TRIGGER lanes_delete_runs AFTER DELETE ON lanes
  REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION delete_runs_of_lanes();
--> statement-breakpoint
-- Each pulse has its progress from its first moment on, so that the end of a run changes a row and never adds one.
INSERT INTO pulse_progress (pulse_id, workspace_id)
  SELECT id, workspace_id FROM pulses ON CONFLICT DO NOTHING;
CREATE FUNCTION open_pulse_progress() RETURNS trigger
  LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
  INSERT INTO public.pulse_progress (pulse_id, workspace_id) SELECT id, workspace_id FROM made;
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION open_pulse_progress() FROM PUBLIC;
GRANT INSERT (pulse_id, workspace_id) ON pulse_progress TO pulsekeep_app;
CREATE TRIGGER pulses_open_progress AFTER INSERT ON pulses
  REFERENCING NEW TABLE AS made FOR EACH STATEMENT EXECUTE FUNCTION open_pulse_progress();
--> statement-breakpoint
UPDATE repository_commits c SET day_commits = (
  SELECT coalesce(sum(count), 0) FROM unnest(c.quarters, c.counts) AS t (quarter, count) WHERE quarter >= c.day_starts_at);
GRANT UPDATE (day_commits) ON repository_commits TO pulsekeep_app;
--> statement-breakpoint
-- The workspaces that a transaction names, as a set that is made once per statement: a list would be searched from
-- its start for each row and each check.
DO $$
DECLARE
  table_name text;
  named text := 'SELECT unnest(string_to_array(current_setting(''app.workspace_ids'', true), '','')::uuid[])';
BEGIN
  FOREACH table_name IN ARRAY ARRAY['runs','lanes','pulses','workers','pulse_progress','run_notices','workspace_writes','repository_commits'] LOOP
    EXECUTE format('ALTER POLICY claims ON %I USING (workspace_id IN (%s)) WITH CHECK (workspace_id IN (%s))', table_name, named, named);
  END LOOP;
END $$;
