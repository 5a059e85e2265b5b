CREATE TABLE "endpoint_changes" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"project_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"source" text NOT NULL,
	"host" text,
	"replaced" text,
	"reason" text,
	"baseline_version" integer NOT NULL,
	"actor_id" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "metric_rollups" (
	"project_id" uuid NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"workspace_id" uuid NOT NULL,
	"samples" integer NOT NULL,
	"missing" integer NOT NULL,
	"requests_per_sec_mean" double precision,
	"requests_per_sec_min" double precision,
	"requests_per_sec_max" double precision,
	"latency_p95_ms_mean" double precision,
	"latency_p95_ms_min" double precision,
	"latency_p95_ms_max" double precision,
	"error_rate_mean" double precision,
	"error_rate_min" double precision,
	"error_rate_max" double precision,
	"cpu_usage_mean" double precision,
	"cpu_usage_min" double precision,
	"cpu_usage_max" double precision,
	"memory_usage_mean" double precision,
	"memory_usage_min" double precision,
	"memory_usage_max" double precision,
	CONSTRAINT "metric_rollups_project_id_at_pk" PRIMARY KEY("project_id","at")
);
--> statement-breakpoint
CREATE TABLE "workspace_quotas" (
	"workspace_id" uuid PRIMARY KEY NOT NULL,
	"projects" integer,
	"environments" integer,
	"path_changes_per_month" integer,
	"host_changes_per_month" integer
);
--> statement-breakpoint
ALTER TABLE "metric_endpoints" ADD COLUMN "hmac_version" text DEFAULT 'v2' NOT NULL;--> statement-breakpoint
ALTER TABLE "metric_endpoints" ADD COLUMN "hmac_previous_sealed" "bytea";--> statement-breakpoint
ALTER TABLE "metric_endpoints" ADD COLUMN "hmac_previous_until" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "metric_endpoints" ADD COLUMN "source" text DEFAULT 'endpoint' NOT NULL;--> statement-breakpoint
ALTER TABLE "metric_endpoints" ADD COLUMN "prometheus" jsonb;--> statement-breakpoint
ALTER TABLE "metric_endpoints" ADD COLUMN "prometheus_token_sealed" "bytea";--> statement-breakpoint
ALTER TABLE "metric_endpoints" ADD COLUMN "baseline_version" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "metric_endpoints" ADD COLUMN "baseline_since" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "metric_endpoints" ADD COLUMN "last_verified_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "project_api_keys" ADD COLUMN "expires_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "projects" ADD COLUMN "description" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "projects" ADD COLUMN "stack" text;--> statement-breakpoint
ALTER TABLE "projects" ADD COLUMN "services" text[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "projects" ADD COLUMN "baseline_enabled" boolean DEFAULT true NOT NULL;--> statement-breakpoint
ALTER TABLE "endpoint_changes" ADD CONSTRAINT "endpoint_changes_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "metric_rollups" ADD CONSTRAINT "metric_rollups_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "workspace_quotas" ADD CONSTRAINT "workspace_quotas_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "endpoint_changes_project" ON "endpoint_changes" USING btree ("project_id","created_at","id");--> statement-breakpoint
CREATE INDEX "endpoint_changes_workspace" ON "endpoint_changes" USING btree ("workspace_id");--> statement-breakpoint
CREATE INDEX "metric_rollups_at" ON "metric_rollups" USING btree ("at");--> statement-breakpoint
CREATE INDEX "metric_rollups_workspace" ON "metric_rollups" USING btree ("workspace_id");--> statement-breakpoint
-- Each row is written again with every scrape.
ALTER TABLE metric_endpoints SET (fillfactor = 60);
-- Services push samples with the project's key; nobody changes one that is there.
GRANT INSERT ON metric_samples TO pulsekeep_app;
-- The history is what limits count: it is added to, and goes with its project.
GRANT SELECT, INSERT ON endpoint_changes TO pulsekeep_app;
GRANT SELECT, INSERT, UPDATE ON workspace_quotas TO pulsekeep_app;
GRANT SELECT ON metric_rollups TO pulsekeep_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON metric_rollups TO pulsekeep_engine;
GRANT SELECT (baseline_enabled) ON projects TO pulsekeep_engine;
GRANT SELECT ON endpoint_changes, metric_rollups, workspace_quotas TO pulsekeep_backup;
DO $$
DECLARE
  table_name text;
  tenant text := 'nullif(current_setting(''app.workspace_id'', true), '''')::uuid';
BEGIN
  FOREACH table_name IN ARRAY ARRAY['endpoint_changes','metric_rollups','workspace_quotas'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', table_name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', table_name);
    EXECUTE format('CREATE POLICY tenant ON %I TO pulsekeep_app USING (workspace_id = %s) WITH CHECK (workspace_id = %s)', table_name, tenant, tenant);
    EXECUTE format('CREATE POLICY backup ON %I FOR SELECT TO pulsekeep_backup USING (true)', table_name);
  END LOOP;
END $$;
CREATE POLICY engine ON metric_rollups TO pulsekeep_engine USING (true) WITH CHECK (true);
--> statement-breakpoint
-- A replaced key is accepted until the end of its overlap.
GRANT SELECT (expires_at) ON project_api_keys TO pulsekeep_lookup;
CREATE OR REPLACE FUNCTION lookup_api_key(hash bytea, OUT api_key_id uuid, OUT project_id uuid, OUT workspace_id uuid)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
  AS $$
    SELECT k.id, k.project_id, k.workspace_id FROM public.project_api_keys k
    WHERE k.key_hash = hash AND k.revoked_at IS NULL
      AND (k.expires_at IS NULL OR k.expires_at > clock_timestamp())
  $$;
-- Whose quota an administrator means: an address that they were told leads to an id, and to nothing else.
GRANT SELECT (email) ON users TO pulsekeep_lookup;
CREATE FUNCTION lookup_quota_workspace(of_email text) RETURNS uuid
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
  AS $$
    SELECT m.workspace_id FROM public.users u JOIN public.workspace_members m ON m.user_id = u.id
    WHERE u.email = lower(of_email) ORDER BY m.created_at, m.workspace_id LIMIT 1
  $$;
GRANT CREATE ON SCHEMA public TO pulsekeep_lookup;
ALTER FUNCTION lookup_quota_workspace(text) OWNER TO pulsekeep_lookup;
REVOKE CREATE ON SCHEMA public FROM pulsekeep_lookup;
REVOKE ALL ON FUNCTION lookup_quota_workspace(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lookup_quota_workspace(text) TO pulsekeep_admin;
