CREATE TABLE "pulse_progress" (
	"pulse_id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"run_count" integer DEFAULT 0 NOT NULL,
	"streak_days" integer DEFAULT 0 NOT NULL,
	"streak_on" date,
	"recent_subjects" integer[] DEFAULT '{}' NOT NULL
);
--> statement-breakpoint
CREATE TABLE "run_notices" (
	"run_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"workspace_id" uuid NOT NULL,
	"pulse_id" uuid,
	"reason" text,
	"raised_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"dismissed_at" timestamp (3) with time zone,
	CONSTRAINT "run_notices_run_id_kind_pk" PRIMARY KEY("run_id","kind")
);
--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "subject_hash" integer;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "streak_days" integer;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "streak_on" date;--> statement-breakpoint
ALTER TABLE "runs" DROP CONSTRAINT "runs_slot";--> statement-breakpoint
ALTER TABLE "runs" DROP CONSTRAINT "runs_workspace_id_workspaces_id_fk";
--> statement-breakpoint
ALTER TABLE "runs" DROP CONSTRAINT "runs_worker_id_workers_id_fk";
--> statement-breakpoint
ALTER TABLE "runs" DROP CONSTRAINT "runs_pulse_id_pulses_id_fk";
--> statement-breakpoint
DROP INDEX "runs_worker_offered";--> statement-breakpoint
DROP INDEX "runs_lane_open";--> statement-breakpoint
ALTER TABLE "pulse_progress" ADD CONSTRAINT "pulse_progress_pulse_id_pulses_id_fk" FOREIGN KEY ("pulse_id") REFERENCES "public"."pulses"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "run_notices" ADD CONSTRAINT "run_notices_run_id_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."runs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "run_notices_workspace" ON "run_notices" USING btree ("workspace_id","raised_at","run_id");--> statement-breakpoint
CREATE INDEX "runs_lane_open" ON "runs" USING btree ("lane_id","seq") WHERE ended_at is null;--> statement-breakpoint
ALTER TABLE "runs" ADD CONSTRAINT "runs_slot" UNIQUE("pulse_id","slot","generation");--> statement-breakpoint
-- Room on the page for the versions that a row goes through, so that they need no new index entries; and what a
-- signal says is kept out of the row that is copied each time.
ALTER TABLE runs SET (fillfactor = 30, toast_tuple_target = 640);
ALTER TABLE runs ALTER COLUMN params SET STORAGE EXTERNAL;
ALTER TABLE lanes SET (fillfactor = 50);
ALTER TABLE pulses SET (fillfactor = 50);
ALTER TABLE pulse_progress SET (fillfactor = 50);
-- Tables that live from being emptied: tidied by count, not by share of a size that they do not keep.
ALTER TABLE outbox SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000, autovacuum_vacuum_cost_delay = 0);
ALTER TABLE runs SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.05);
--> statement-breakpoint
INSERT INTO pulse_progress (pulse_id, workspace_id, run_count, streak_days, streak_on)
SELECT p.id, p.workspace_id, total.runs, coalesce(last.days, 0), last.day
FROM pulses p
CROSS JOIN LATERAL (SELECT count(*)::int AS runs FROM runs r WHERE r.pulse_id = p.id AND r.state = 'succeeded') total
LEFT JOIN LATERAL (
  SELECT max(day) AS day, count(*)::int AS days
  FROM (SELECT day, day - dense_rank() OVER (ORDER BY day)::int AS island
        FROM (SELECT DISTINCT (r.ended_at AT TIME ZONE p.time_zone)::date AS day
              FROM runs r WHERE r.pulse_id = p.id AND r.state = 'succeeded') days) islands
  GROUP BY island ORDER BY max(day) DESC LIMIT 1
) last ON true
WHERE total.runs > 0;
--> statement-breakpoint
-- The role that hands out signals: claims and reports of many workers in one statement. It sees what a signal
-- says, and only in the workspaces that the transaction names.
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'pulsekeep_claims') THEN
    CREATE ROLE pulsekeep_claims NOLOGIN;
  END IF;
  IF NOT EXISTS (
    SELECT FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid JOIN pg_roles u ON u.oid = m.member
    WHERE g.rolname = 'pulsekeep_claims' AND u.rolname = current_user
  ) THEN
    EXECUTE format('GRANT pulsekeep_claims TO %I', current_user);
  END IF;
  IF current_setting('server_version_num')::int >= 160000 THEN
    EXECUTE format('GRANT pulsekeep_claims TO %I WITH SET TRUE', current_user);
  END IF;
END $$;
GRANT USAGE ON SCHEMA public TO pulsekeep_claims;
GRANT SELECT ON runs, lanes, pulses TO pulsekeep_claims;
GRANT SELECT (id, workspace_id, repository_full_name, default_branch, author_name, author_email) ON workers TO pulsekeep_claims;
GRANT UPDATE (state, next_action_at, offered_at, claimed_at, claim_id, fence, lease_expires_at, signal_jti, signal_expires_at, attempts, params, subject_hash, streak_days, streak_on, commit_sha, reason, ended_at) ON runs TO pulsekeep_claims;
GRANT INSERT (id, workspace_id, worker_id, pulse_id, lane_id, kind, state, slot, seq, nominal_at, planned_at, late_after, window_ends_at, next_action_at) ON runs TO pulsekeep_claims;
GRANT UPDATE (next_seq) ON lanes TO pulsekeep_claims;
GRANT SELECT, INSERT, UPDATE ON pulse_progress TO pulsekeep_claims;
GRANT SELECT, INSERT ON run_notices TO pulsekeep_claims;
GRANT SELECT ON pulse_progress TO pulsekeep_app;
GRANT SELECT, INSERT, UPDATE (dismissed_at) ON run_notices TO pulsekeep_app;
GRANT SELECT, INSERT ON run_notices TO pulsekeep_engine;
GRANT INSERT (ended_at, reason) ON runs TO pulsekeep_engine;
GRANT SELECT ON pulse_progress, run_notices TO pulsekeep_backup;
DO $$
DECLARE
  table_name text;
  tenant text := 'nullif(current_setting(''app.workspace_id'', true), '''')::uuid';
  -- A subquery, so that the text is taken apart once per statement and not once per row. IS TRUE keeps it from
  -- being a way to find rows: that way leads over all of a workspace's history.
  named text := '(SELECT string_to_array(current_setting(''app.workspace_ids'', true), '','')::uuid[])::uuid[]';
BEGIN
  FOREACH table_name IN ARRAY ARRAY['pulse_progress','run_notices'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', table_name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', table_name);
    EXECUTE format('CREATE POLICY tenant ON %I TO pulsekeep_app USING (workspace_id = %s) WITH CHECK (workspace_id = %s)', table_name, tenant, tenant);
    EXECUTE format('CREATE POLICY backup ON %I FOR SELECT TO pulsekeep_backup USING (true)', table_name);
  END LOOP;
  CREATE POLICY engine ON run_notices TO pulsekeep_engine USING (true) WITH CHECK (true);
  FOREACH table_name IN ARRAY ARRAY['runs','lanes','pulses','workers','pulse_progress','run_notices'] LOOP
    EXECUTE format('CREATE POLICY claims ON %I TO pulsekeep_claims USING ((workspace_id = ANY (%s)) IS TRUE) WITH CHECK ((workspace_id = ANY (%s)) IS TRUE)', table_name, named, named);
  END LOOP;
END $$;
