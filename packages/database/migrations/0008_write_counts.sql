CREATE TABLE "repository_commits" (
	"workspace_id" uuid NOT NULL,
	"repository" text NOT NULL,
	"quarters" timestamp (3) with time zone[] NOT NULL,
	"counts" integer[] NOT NULL,
	"day_starts_at" timestamp (3) with time zone NOT NULL,
	"granted" integer NOT NULL,
	CONSTRAINT "repository_commits_workspace_id_repository_pk" PRIMARY KEY("workspace_id","repository")
);
--> statement-breakpoint
CREATE TABLE "workspace_writes" (
	"workspace_id" uuid PRIMARY KEY NOT NULL,
	"minute_starts_at" timestamp (3) with time zone NOT NULL,
	"writes" integer NOT NULL,
	"granted" integer NOT NULL
);
--> statement-breakpoint
ALTER TABLE "repository_commits" ADD CONSTRAINT "repository_commits_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "workspace_writes" ADD CONSTRAINT "workspace_writes_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
-- Each row is written again with every claim.
ALTER TABLE workspace_writes SET (fillfactor = 50);
ALTER TABLE repository_commits SET (fillfactor = 50);
GRANT SELECT, INSERT, UPDATE ON workspace_writes, repository_commits TO pulsekeep_claims;
-- What was refused without an effect is given back.
GRANT SELECT, UPDATE (counts) ON repository_commits TO pulsekeep_app;
GRANT SELECT ON workspace_writes, repository_commits TO pulsekeep_backup;
DO $$
DECLARE
  table_name text;
  tenant text := 'nullif(current_setting(''app.workspace_id'', true), '''')::uuid';
  named text := '(SELECT string_to_array(current_setting(''app.workspace_ids'', true), '','')::uuid[])::uuid[]';
BEGIN
  FOREACH table_name IN ARRAY ARRAY['workspace_writes','repository_commits'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', table_name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', table_name);
    EXECUTE format('CREATE POLICY tenant ON %I TO pulsekeep_app USING (workspace_id = %s) WITH CHECK (workspace_id = %s)', table_name, tenant, tenant);
    EXECUTE format('CREATE POLICY backup ON %I FOR SELECT TO pulsekeep_backup USING (true)', table_name);
    EXECUTE format('CREATE POLICY claims ON %I TO pulsekeep_claims USING ((workspace_id = ANY (%s)) IS TRUE) WITH CHECK ((workspace_id = ANY (%s)) IS TRUE)', table_name, named, named);
  END LOOP;
END $$;
