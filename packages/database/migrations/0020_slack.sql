CREATE TABLE "slack_deliveries" (
	"deployment_id" uuid NOT NULL,
	"moment" text NOT NULL,
	"workspace_id" uuid NOT NULL,
	"project_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"state" text DEFAULT 'queued' NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"reason" text,
	"queued_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"next_attempt_at" timestamp (3) with time zone DEFAULT now(),
	"ended_at" timestamp (3) with time zone,
	CONSTRAINT "slack_deliveries_deployment_id_moment_pk" PRIMARY KEY("deployment_id","moment")
);
--> statement-breakpoint
CREATE TABLE "slack_settings" (
	"project_id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"webhook_url_sealed" "bytea" NOT NULL,
	"webhook_last_four" text NOT NULL,
	"channel" text DEFAULT '' NOT NULL,
	"enabled" boolean NOT NULL,
	"kinds" text[] NOT NULL,
	"switched_off_reason" text,
	"switched_off_at" timestamp (3) with time zone,
	"held_until" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "slack_deliveries" ADD CONSTRAINT "slack_deliveries_deployment_id_deployments_id_fk" FOREIGN KEY ("deployment_id") REFERENCES "public"."deployments"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "slack_deliveries" ADD CONSTRAINT "slack_deliveries_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "slack_settings" ADD CONSTRAINT "slack_settings_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "slack_deliveries_due" ON "slack_deliveries" USING btree ("project_id","next_attempt_at") WHERE next_attempt_at is not null;--> statement-breakpoint
CREATE INDEX "slack_deliveries_project" ON "slack_deliveries" USING btree ("project_id","queued_at");--> statement-breakpoint
CREATE INDEX "slack_deliveries_workspace" ON "slack_deliveries" USING btree ("workspace_id");--> statement-breakpoint
CREATE INDEX "slack_settings_workspace" ON "slack_settings" USING btree ("workspace_id");
--> statement-breakpoint
-- People decide about the settings; the engine opens the address, keeps it under a new data key, and switches it off
-- when it is dead.
GRANT SELECT, INSERT, UPDATE, DELETE ON slack_settings TO pulsekeep_app;
GRANT SELECT (project_id, workspace_id, webhook_url_sealed, enabled, kinds, held_until),
  UPDATE (webhook_url_sealed, enabled, switched_off_reason, switched_off_at, held_until) ON slack_settings TO pulsekeep_engine;
-- The engine queues messages and says what came of them; people read it.
GRANT SELECT ON slack_deliveries TO pulsekeep_app;
GRANT SELECT, INSERT, UPDATE ON slack_deliveries TO pulsekeep_engine;
GRANT SELECT ON slack_settings, slack_deliveries TO pulsekeep_backup;
DO $$
DECLARE
  tenant text := 'nullif(current_setting(''app.workspace_id'', true), '''')::uuid';
  table_name text;
BEGIN
  FOREACH table_name IN ARRAY ARRAY['slack_settings', 'slack_deliveries'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', table_name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', table_name);
    EXECUTE format('CREATE POLICY tenant ON %I TO pulsekeep_app USING (workspace_id = %s) WITH CHECK (workspace_id = %s)', table_name, tenant, tenant);
    EXECUTE format('CREATE POLICY engine ON %I TO pulsekeep_engine USING (true) WITH CHECK (true)', table_name);
    EXECUTE format('CREATE POLICY backup ON %I FOR SELECT TO pulsekeep_backup USING (true)', table_name);
  END LOOP;
END $$;
--> statement-breakpoint
-- What a message says of its deployment, in the language of the workspace's owner.
GRANT SELECT (service, branch, version, pipeline_result) ON deployments TO pulsekeep_lookup;
GRANT SELECT (role) ON workspace_members TO pulsekeep_lookup;
CREATE FUNCTION lookup_slack_message(of_deployment uuid)
  RETURNS TABLE (project text, number integer, environment text, service text, branch text, version text,
    pipeline_result text, locale text)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
  AS $$ SELECT p.name, d.number, d.environment, d.service, d.branch, d.version, d.pipeline_result,
          coalesce((SELECT u.locale FROM public.workspace_members m JOIN public.users u ON u.id = m.user_id
                    WHERE m.workspace_id = d.workspace_id
                    ORDER BY m.role <> 'owner', m.created_at, m.user_id LIMIT 1), 'en')
        FROM public.deployments d JOIN public.projects p ON p.id = d.project_id
        WHERE d.id = of_deployment $$;
-- Whom it is told by mail that a project's messages go nowhere any more.
CREATE FUNCTION lookup_project_mails(of_project uuid)
  RETURNS TABLE (name text, email text, locale text, project text)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
  AS $$ SELECT u.name, u.email, u.locale, p.name
        FROM public.projects p
        JOIN public.workspace_members m ON m.workspace_id = p.workspace_id
        JOIN public.users u ON u.id = m.user_id
        WHERE p.id = of_project AND u.email_verified $$;
GRANT CREATE ON SCHEMA public TO pulsekeep_lookup;
ALTER FUNCTION lookup_slack_message(uuid) OWNER TO pulsekeep_lookup;
ALTER FUNCTION lookup_project_mails(uuid) OWNER TO pulsekeep_lookup;
REVOKE CREATE ON SCHEMA public FROM pulsekeep_lookup;
REVOKE ALL ON FUNCTION lookup_slack_message(uuid), lookup_project_mails(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lookup_slack_message(uuid), lookup_project_mails(uuid) TO pulsekeep_engine;
