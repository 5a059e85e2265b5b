CREATE TABLE "worker_notices" (
	"worker_id" uuid NOT NULL,
	"secret_expires_at" timestamp (3) with time zone NOT NULL,
	"days_before" integer NOT NULL,
	"workspace_id" uuid NOT NULL,
	"raised_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"dismissed_at" timestamp (3) with time zone,
	CONSTRAINT "worker_notices_worker_id_secret_expires_at_days_before_pk" PRIMARY KEY("worker_id","secret_expires_at","days_before")
);
--> statement-breakpoint
ALTER TABLE "provisionings" ADD COLUMN "purpose" text DEFAULT 'create' NOT NULL;--> statement-breakpoint
ALTER TABLE "provisionings" ADD COLUMN "way" text DEFAULT 'consent' NOT NULL;--> statement-breakpoint
ALTER TABLE "provisionings" ADD COLUMN "repository_name" text;--> statement-breakpoint
ALTER TABLE "provisionings" ADD COLUMN "target" jsonb;--> statement-breakpoint
ALTER TABLE "provisionings" ADD COLUMN "enrolment_hash" text;--> statement-breakpoint
ALTER TABLE "provisionings" ADD COLUMN "enrolment_expires_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "workers" ADD COLUMN "way" text DEFAULT 'consent' NOT NULL;--> statement-breakpoint
ALTER TABLE "workers" ADD COLUMN "confirmed_at" timestamp (3) with time zone DEFAULT now();--> statement-breakpoint
ALTER TABLE "workers" ADD COLUMN "next_secret_sealed" "bytea";--> statement-breakpoint
ALTER TABLE "workers" ADD COLUMN "next_secret_created_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "workers" ADD COLUMN "previous_secret_sealed" "bytea";--> statement-breakpoint
ALTER TABLE "workers" ADD COLUMN "previous_secret_until" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "workers" ADD COLUMN "removed_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "worker_notices" ADD CONSTRAINT "worker_notices_worker_id_workers_id_fk" FOREIGN KEY ("worker_id") REFERENCES "public"."workers"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "worker_notices_workspace" ON "worker_notices" USING btree ("workspace_id","raised_at");--> statement-breakpoint
CREATE INDEX "provisionings_worker" ON "provisionings" USING btree ("worker_id","created_at");--> statement-breakpoint
ALTER TABLE "provisionings" ADD CONSTRAINT "provisionings_enrolment_hash_unique" UNIQUE("enrolment_hash");--> statement-breakpoint
GRANT SELECT, UPDATE (dismissed_at) ON worker_notices TO pulsekeep_app;
GRANT SELECT, INSERT (worker_id, secret_expires_at, days_before, workspace_id) ON worker_notices TO pulsekeep_engine;
GRANT SELECT ON worker_notices TO pulsekeep_backup;
-- A root that was replaced is shredded when the time is over in which its last run may still use it.
GRANT SELECT (removed_at, previous_secret_until), UPDATE (previous_secret_sealed, previous_secret_until) ON workers TO pulsekeep_engine;
GRANT UPDATE (enrolment_hash, enrolment_expires_at) ON provisionings TO pulsekeep_engine;
DO $$
DECLARE tenant text := 'nullif(current_setting(''app.workspace_id'', true), '''')::uuid';
BEGIN
  ALTER TABLE worker_notices ENABLE ROW LEVEL SECURITY;
  ALTER TABLE worker_notices FORCE ROW LEVEL SECURITY;
  EXECUTE format('CREATE POLICY tenant ON worker_notices TO pulsekeep_app USING (workspace_id = %s) WITH CHECK (workspace_id = %s)', tenant, tenant);
  CREATE POLICY engine ON worker_notices TO pulsekeep_engine USING (true) WITH CHECK (true);
  CREATE POLICY backup ON worker_notices FOR SELECT TO pulsekeep_backup USING (true);
END $$;
--> statement-breakpoint
-- Before the tenant is known: what an unexpired one-time code or ticket belongs to.
GRANT SELECT (id, workspace_id, enrolment_hash, enrolment_expires_at) ON provisionings TO pulsekeep_lookup;
CREATE POLICY lookup ON provisionings FOR SELECT TO pulsekeep_lookup USING (true);
CREATE FUNCTION lookup_enrolment(of_hash text, OUT provisioning_id uuid, OUT workspace_id uuid)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
  AS $$ SELECT p.id, p.workspace_id FROM public.provisionings p WHERE p.enrolment_hash = of_hash AND p.enrolment_expires_at > now() $$;
GRANT CREATE ON SCHEMA public TO pulsekeep_lookup;
ALTER FUNCTION lookup_enrolment(text) OWNER TO pulsekeep_lookup;
REVOKE CREATE ON SCHEMA public FROM pulsekeep_lookup;
REVOKE ALL ON FUNCTION lookup_enrolment(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lookup_enrolment(text) TO pulsekeep_app;
