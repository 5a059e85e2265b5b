CREATE TABLE "process_heartbeats" (
	"process" text PRIMARY KEY NOT NULL,
	"roles" text[] NOT NULL,
	"version" text NOT NULL,
	"loops" jsonb NOT NULL,
	"started_at" timestamp (3) with time zone NOT NULL,
	"seen_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE INDEX "runs_recent" ON "runs" USING brin ("offered_at","ended_at") WITH (autosummarize=true,pages_per_range=32);
--> statement-breakpoint
-- The role that the health of the system is read with: states, kinds and instants, enough to count and to say
-- how late something is. No id, no name, no content: what an administrator sees leads to nobody.
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'pulsekeep_admin') THEN
    CREATE ROLE pulsekeep_admin NOLOGIN;
  END IF;
  IF NOT EXISTS (
    SELECT FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid JOIN pg_roles u ON u.oid = m.member
    WHERE g.rolname = 'pulsekeep_admin' AND u.rolname = current_user
  ) THEN
    EXECUTE format('GRANT pulsekeep_admin TO %I', current_user);
  END IF;
  IF current_setting('server_version_num')::int >= 160000 THEN
    EXECUTE format('GRANT pulsekeep_admin TO %I WITH SET TRUE', current_user);
  END IF;
END $$;
GRANT USAGE ON SCHEMA public TO pulsekeep_admin;
GRANT SELECT (kind, state, attempts, planned_at, offered_at, ended_at, next_action_at) ON runs TO pulsekeep_admin;
GRANT SELECT (state, next_due_at) ON pulses TO pulsekeep_admin;
GRANT SELECT (state, next_action_at) ON deployments TO pulsekeep_admin;
GRANT SELECT (next_scrape_at) ON metric_endpoints TO pulsekeep_admin;
GRANT SELECT (topic, created_at) ON outbox TO pulsekeep_admin;
CREATE POLICY admin ON runs FOR SELECT TO pulsekeep_admin USING (true);
CREATE POLICY admin ON pulses FOR SELECT TO pulsekeep_admin USING (true);
CREATE POLICY admin ON deployments FOR SELECT TO pulsekeep_admin USING (true);
CREATE POLICY admin ON metric_endpoints FOR SELECT TO pulsekeep_admin USING (true);
GRANT SELECT ON process_heartbeats TO pulsekeep_admin, pulsekeep_backup;
GRANT SELECT, INSERT, UPDATE, DELETE ON process_heartbeats TO pulsekeep_engine;
--> statement-breakpoint
-- Other sessions' transactions are shown to their own login only, which is the owner's: hence a definer function.
CREATE FUNCTION database_health(OUT version text, OUT size_bytes bigint, OUT connections integer,
    OUT max_connections integer, OUT oldest_transaction_ms float8)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog
  AS $$
    SELECT current_setting('server_version'), pg_database_size(current_database()), count(*)::int,
      current_setting('max_connections')::int,
      (extract(epoch FROM clock_timestamp() - min(xact_start) FILTER (WHERE pid <> pg_backend_pid())) * 1000)::float8
    FROM pg_stat_activity WHERE datname = current_database()
  $$;
REVOKE ALL ON FUNCTION database_health() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION database_health() TO pulsekeep_admin;
