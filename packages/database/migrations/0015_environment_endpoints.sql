CREATE TABLE "deployment_notices" (
	"deployment_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"workspace_id" uuid NOT NULL,
	"raised_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"dismissed_at" timestamp (3) with time zone,
	CONSTRAINT "deployment_notices_deployment_id_kind_pk" PRIMARY KEY("deployment_id","kind")
);
--> statement-breakpoint
ALTER TABLE "deployments" ADD COLUMN "measured_environment" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "metric_samples" ADD COLUMN "environment" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "endpoint_changes" ADD COLUMN "environment" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "metric_endpoints" ADD COLUMN "environment" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "metric_rollups" ADD COLUMN "environment" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "metric_samples" DROP CONSTRAINT "metric_samples_project_id_at_pk";--> statement-breakpoint
ALTER TABLE "metric_rollups" DROP CONSTRAINT "metric_rollups_project_id_at_pk";--> statement-breakpoint
ALTER TABLE "metric_endpoints" DROP CONSTRAINT "metric_endpoints_pkey";--> statement-breakpoint
ALTER TABLE "metric_samples" ADD CONSTRAINT "metric_samples_project_id_environment_at_pk" PRIMARY KEY("project_id","environment","at");--> statement-breakpoint
ALTER TABLE "metric_endpoints" ADD CONSTRAINT "metric_endpoints_project_id_environment_pk" PRIMARY KEY("project_id","environment");--> statement-breakpoint
ALTER TABLE "metric_rollups" ADD CONSTRAINT "metric_rollups_project_id_environment_at_pk" PRIMARY KEY("project_id","environment","at");--> statement-breakpoint
ALTER TABLE "deployment_notices" ADD CONSTRAINT "deployment_notices_deployment_id_deployments_id_fk" FOREIGN KEY ("deployment_id") REFERENCES "public"."deployments"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "deployment_notices_workspace" ON "deployment_notices" USING btree ("workspace_id","raised_at","deployment_id");--> statement-breakpoint
-- The engine raises notices, people put them out of sight; nobody takes one away.
GRANT SELECT, UPDATE (dismissed_at) ON deployment_notices TO pulsekeep_app;
GRANT SELECT, INSERT ON deployment_notices TO pulsekeep_engine;
GRANT SELECT ON deployment_notices TO pulsekeep_backup;
GRANT SELECT (measured_environment) ON deployments TO pulsekeep_engine;
DO $$
DECLARE
  tenant text := 'nullif(current_setting(''app.workspace_id'', true), '''')::uuid';
BEGIN
  ALTER TABLE deployment_notices ENABLE ROW LEVEL SECURITY;
  ALTER TABLE deployment_notices FORCE ROW LEVEL SECURITY;
  EXECUTE format('CREATE POLICY tenant ON deployment_notices TO pulsekeep_app USING (workspace_id = %s) WITH CHECK (workspace_id = %s)', tenant, tenant);
  CREATE POLICY engine ON deployment_notices TO pulsekeep_engine USING (true) WITH CHECK (true);
  CREATE POLICY backup ON deployment_notices FOR SELECT TO pulsekeep_backup USING (true);
END $$;
