CREATE TABLE "pipeline_repositories" (
	"id" uuid PRIMARY KEY NOT NULL,
	"project_id" uuid NOT NULL,
	"workspace_id" uuid NOT NULL,
	"name" text NOT NULL,
	"repository_id" text,
	"owner_id" text,
	"bound_at" timestamp (3) with time zone,
	"last_used_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "project_badges" (
	"project_id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"badge_key" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "project_badges_badge_key_unique" UNIQUE("badge_key")
);
--> statement-breakpoint
CREATE TABLE "workspace_deployments" (
	"workspace_id" uuid PRIMARY KEY NOT NULL,
	"month" date NOT NULL,
	"used" integer NOT NULL
);
--> statement-breakpoint
ALTER TABLE "deployments" ADD COLUMN "committed_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "pipeline_repositories" ADD CONSTRAINT "pipeline_repositories_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "project_badges" ADD CONSTRAINT "project_badges_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "workspace_deployments" ADD CONSTRAINT "workspace_deployments_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "pipeline_repositories_name" ON "pipeline_repositories" USING btree ("project_id",lower("name"));--> statement-breakpoint
CREATE INDEX "project_badges_workspace" ON "project_badges" USING btree ("workspace_id");--> statement-breakpoint
CREATE INDEX "deployments_project" ON "deployments" USING btree ("project_id","started_at","id");--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON pipeline_repositories, project_badges TO pulsekeep_app;
GRANT SELECT, INSERT, UPDATE ON workspace_deployments TO pulsekeep_app;
GRANT SELECT ON pipeline_repositories, project_badges, workspace_deployments TO pulsekeep_backup;
DO $$
DECLARE
  table_name text;
  tenant text := 'nullif(current_setting(''app.workspace_id'', true), '''')::uuid';
BEGIN
  FOREACH table_name IN ARRAY ARRAY['pipeline_repositories','project_badges','workspace_deployments'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', table_name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', table_name);
    EXECUTE format('CREATE POLICY tenant ON %I TO pulsekeep_app USING (workspace_id = %s) WITH CHECK (workspace_id = %s)', table_name, tenant, tenant);
    EXECUTE format('CREATE POLICY backup ON %I FOR SELECT TO pulsekeep_backup USING (true)', table_name);
  END LOOP;
END $$;
--> statement-breakpoint
-- The count goes on from what this month has brought so far. The owner sees no tenant's rows while the policies
-- are forced.
ALTER TABLE deployments NO FORCE ROW LEVEL SECURITY;
ALTER TABLE workspace_deployments NO FORCE ROW LEVEL SECURITY;
INSERT INTO workspace_deployments (workspace_id, month, used)
  SELECT workspace_id, date_trunc('month', now() AT TIME ZONE 'UTC')::date, count(*)::int FROM deployments
  WHERE started_at >= date_trunc('month', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' GROUP BY workspace_id;
ALTER TABLE deployments FORCE ROW LEVEL SECURITY;
ALTER TABLE workspace_deployments FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
-- Look-ups before the tenant is known. Both arguments of the first come from a token whose signature and
-- audience were verified; a name counts only as long as no id is bound to it.
GRANT SELECT (id, project_id, workspace_id, name, repository_id, owner_id) ON pipeline_repositories TO pulsekeep_lookup;
GRANT SELECT (project_id, workspace_id, badge_key) ON project_badges TO pulsekeep_lookup;
GRANT SELECT (id, created_at) ON users TO pulsekeep_lookup;
GRANT SELECT (id, workspace_id, created_at) ON projects TO pulsekeep_lookup;
GRANT SELECT (id, project_id) ON deployments TO pulsekeep_lookup;
GRANT SELECT (deployment_id, final, decided_at) ON verdicts TO pulsekeep_lookup;
CREATE POLICY lookup ON pipeline_repositories FOR SELECT TO pulsekeep_lookup USING (true);
CREATE POLICY lookup ON project_badges FOR SELECT TO pulsekeep_lookup USING (true);
CREATE POLICY lookup ON users FOR SELECT TO pulsekeep_lookup USING (true);
CREATE POLICY lookup ON projects FOR SELECT TO pulsekeep_lookup USING (true);
CREATE POLICY lookup ON deployments FOR SELECT TO pulsekeep_lookup USING (true);
CREATE POLICY lookup ON verdicts FOR SELECT TO pulsekeep_lookup USING (true);
CREATE FUNCTION lookup_pipeline_repository(of_project uuid, of_repository_id text, of_owner_id text, of_name text,
    OUT id uuid, OUT workspace_id uuid, OUT is_bound boolean)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
  AS $$
    SELECT r.id, r.workspace_id, r.repository_id IS NOT NULL FROM public.pipeline_repositories r
    WHERE r.project_id = of_project
      AND CASE WHEN r.repository_id IS NULL THEN lower(r.name) = lower(of_name)
        ELSE r.repository_id = of_repository_id AND r.owner_id = of_owner_id END
    ORDER BY r.repository_id NULLS LAST LIMIT 1
  $$;
CREATE FUNCTION lookup_badge(of_key text, OUT project_id uuid, OUT workspace_id uuid)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
  AS $$ SELECT b.project_id, b.workspace_id FROM public.project_badges b WHERE b.badge_key = of_key $$;
-- Counts over everybody, for an administrator: four numbers, nobody's row. Those count whose time to do something
-- ended in the window, so that nobody counts as having failed who still has time.
CREATE FUNCTION lifecycle_counts(from_at timestamptz, to_at timestamptz,
    OUT accounts integer, OUT accounts_with_project integer,
    OUT projects integer, OUT projects_with_verdict integer)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
  AS $$
    WITH a AS (
      SELECT EXISTS (
        SELECT FROM public.workspace_members m JOIN public.projects p ON p.workspace_id = m.workspace_id
        WHERE m.user_id = u.id AND p.created_at < u.created_at + interval '24 hours'
      ) AS done
      FROM public.users u
      WHERE u.created_at >= from_at - interval '24 hours' AND u.created_at < to_at - interval '24 hours'
    ), p AS (
      SELECT EXISTS (
        SELECT FROM public.deployments d JOIN public.verdicts v ON v.deployment_id = d.id
        WHERE d.project_id = p.id AND v.final AND v.decided_at < p.created_at + interval '72 hours'
      ) AS done
      FROM public.projects p
      WHERE p.created_at >= from_at - interval '72 hours' AND p.created_at < to_at - interval '72 hours'
    )
    SELECT (SELECT count(*) FROM a)::int, (SELECT count(*) FROM a WHERE done)::int,
      (SELECT count(*) FROM p)::int, (SELECT count(*) FROM p WHERE done)::int
  $$;
GRANT CREATE ON SCHEMA public TO pulsekeep_lookup;
ALTER FUNCTION lookup_pipeline_repository(uuid, text, text, text) OWNER TO pulsekeep_lookup;
ALTER FUNCTION lookup_badge(text) OWNER TO pulsekeep_lookup;
ALTER FUNCTION lifecycle_counts(timestamptz, timestamptz) OWNER TO pulsekeep_lookup;
REVOKE CREATE ON SCHEMA public FROM pulsekeep_lookup;
REVOKE ALL ON FUNCTION lookup_pipeline_repository(uuid, text, text, text), lookup_badge(text),
  lifecycle_counts(timestamptz, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lookup_pipeline_repository(uuid, text, text, text), lookup_badge(text) TO pulsekeep_app;
GRANT EXECUTE ON FUNCTION lifecycle_counts(timestamptz, timestamptz) TO pulsekeep_admin;
