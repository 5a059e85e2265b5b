CREATE TABLE "worker_silences" (
	"worker_id" uuid NOT NULL,
	"since" timestamp (3) with time zone NOT NULL,
	"workspace_id" uuid NOT NULL,
	"missed" integer NOT NULL,
	"raised_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"ended_at" timestamp (3) with time zone,
	"dismissed_at" timestamp (3) with time zone,
	"mailed_at" timestamp (3) with time zone,
	CONSTRAINT "worker_silences_worker_id_since_pk" PRIMARY KEY("worker_id","since")
);
--> statement-breakpoint
CREATE TABLE "worker_watch" (
	"id" integer PRIMARY KEY DEFAULT 1 NOT NULL,
	"since" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"looked_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "worker_watch_is_one" CHECK ("worker_watch"."id" = 1)
);
--> statement-breakpoint
ALTER TABLE "worker_silences" ADD CONSTRAINT "worker_silences_worker_id_workers_id_fk" FOREIGN KEY ("worker_id") REFERENCES "public"."workers"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "worker_silences_open" ON "worker_silences" USING btree ("raised_at") WHERE ended_at is null;--> statement-breakpoint
CREATE INDEX "worker_silences_workspace" ON "worker_silences" USING btree ("workspace_id","raised_at");--> statement-breakpoint
-- The engine raises and ends silences, people put them out of sight; nobody takes one away.
GRANT SELECT, UPDATE (dismissed_at) ON worker_silences TO pulsekeep_app;
GRANT SELECT, INSERT (worker_id, since, workspace_id, missed), UPDATE (ended_at, mailed_at) ON worker_silences TO pulsekeep_engine;
GRANT SELECT, INSERT, UPDATE ON worker_watch TO pulsekeep_engine;
GRANT SELECT ON worker_silences, worker_watch TO pulsekeep_backup;
DO $$
DECLARE tenant text := 'nullif(current_setting(''app.workspace_id'', true), '''')::uuid';
BEGIN
  ALTER TABLE worker_silences ENABLE ROW LEVEL SECURITY;
  ALTER TABLE worker_silences FORCE ROW LEVEL SECURITY;
  EXECUTE format('CREATE POLICY tenant ON worker_silences TO pulsekeep_app USING (workspace_id = %s) WITH CHECK (workspace_id = %s)', tenant, tenant);
  CREATE POLICY engine ON worker_silences TO pulsekeep_engine USING (true) WITH CHECK (true);
  CREATE POLICY backup ON worker_silences FOR SELECT TO pulsekeep_backup USING (true);
END $$;
--> statement-breakpoint
-- Whom a worker's silence is told by mail: the people of its workspace who have shown that the address is theirs.
GRANT SELECT (name, locale, email_verified) ON users TO pulsekeep_lookup;
GRANT SELECT (repository_full_name) ON workers TO pulsekeep_lookup;
CREATE FUNCTION lookup_silence_mails(of_worker uuid)
  RETURNS TABLE (name text, email text, locale text, repository text)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
  AS $$ SELECT u.name, u.email, u.locale, w.repository_full_name
        FROM public.workers w
        JOIN public.workspace_members m ON m.workspace_id = w.workspace_id
        JOIN public.users u ON u.id = m.user_id
        WHERE w.id = of_worker AND u.email_verified $$;
GRANT CREATE ON SCHEMA public TO pulsekeep_lookup;
ALTER FUNCTION lookup_silence_mails(uuid) OWNER TO pulsekeep_lookup;
REVOKE CREATE ON SCHEMA public FROM pulsekeep_lookup;
REVOKE ALL ON FUNCTION lookup_silence_mails(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lookup_silence_mails(uuid) TO pulsekeep_engine;
