CREATE TABLE "verdict_feedback" (
	"deployment_id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"judgement" text NOT NULL,
	"note" text DEFAULT '' NOT NULL,
	"given_by" text,
	"given_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "verdict_follow_ups" (
	"deployment_id" uuid NOT NULL,
	"look" text NOT NULL,
	"workspace_id" uuid NOT NULL,
	"due_at" timestamp (3) with time zone NOT NULL,
	"state" text DEFAULT 'pending' NOT NULL,
	"document" jsonb,
	"looked_at" timestamp (3) with time zone,
	CONSTRAINT "verdict_follow_ups_deployment_id_look_pk" PRIMARY KEY("deployment_id","look")
);
--> statement-breakpoint
CREATE TABLE "verdict_policies" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"project_id" uuid NOT NULL,
	"environment" text DEFAULT '' NOT NULL,
	"version" integer NOT NULL,
	"document" jsonb NOT NULL,
	"changed_by" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "verdict_policies_version" UNIQUE("project_id","environment","version")
);
--> statement-breakpoint
ALTER TABLE "verdicts" ADD COLUMN "policy" jsonb;--> statement-breakpoint
ALTER TABLE "verdicts" ADD COLUMN "dry_run" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "verdict_feedback" ADD CONSTRAINT "verdict_feedback_deployment_id_deployments_id_fk" FOREIGN KEY ("deployment_id") REFERENCES "public"."deployments"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "verdict_follow_ups" ADD CONSTRAINT "verdict_follow_ups_deployment_id_deployments_id_fk" FOREIGN KEY ("deployment_id") REFERENCES "public"."deployments"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "verdict_policies" ADD CONSTRAINT "verdict_policies_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "verdict_policies" ADD CONSTRAINT "verdict_policies_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "verdict_feedback_workspace" ON "verdict_feedback" USING btree ("workspace_id");--> statement-breakpoint
CREATE INDEX "verdict_follow_ups_due" ON "verdict_follow_ups" USING btree ("due_at") WHERE state = 'pending';--> statement-breakpoint
CREATE INDEX "verdict_follow_ups_workspace" ON "verdict_follow_ups" USING btree ("workspace_id");--> statement-breakpoint
CREATE INDEX "verdict_policies_workspace" ON "verdict_policies" USING btree ("workspace_id");--> statement-breakpoint
-- Versions are added to and never changed. Follow-up looks are the engine's alone; what people say is theirs.
GRANT SELECT, INSERT ON verdict_policies TO pulsekeep_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON verdict_feedback TO pulsekeep_app;
GRANT SELECT ON verdict_follow_ups TO pulsekeep_app;
GRANT SELECT (project_id, environment, version, document) ON verdict_policies TO pulsekeep_engine;
GRANT SELECT (deployment_id, judgement) ON verdict_feedback TO pulsekeep_engine;
GRANT SELECT, INSERT, UPDATE ON verdict_follow_ups TO pulsekeep_engine;
GRANT SELECT ON verdict_policies, verdict_feedback, verdict_follow_ups TO pulsekeep_backup;
DO $$
DECLARE
  table_name text;
  tenant text := 'nullif(current_setting(''app.workspace_id'', true), '''')::uuid';
BEGIN
  FOREACH table_name IN ARRAY ARRAY['verdict_policies','verdict_feedback','verdict_follow_ups'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', table_name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', table_name);
    EXECUTE format('CREATE POLICY tenant ON %I TO pulsekeep_app USING (workspace_id = %s) WITH CHECK (workspace_id = %s)', table_name, tenant, tenant);
    EXECUTE format('CREATE POLICY engine ON %I TO pulsekeep_engine USING (true) WITH CHECK (true)', table_name);
    EXECUTE format('CREATE POLICY backup ON %I FOR SELECT TO pulsekeep_backup USING (true)', table_name);
  END LOOP;
END $$;
