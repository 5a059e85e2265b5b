-- What was raised before there were mails counts as mailed: nobody wants last month's warnings in one go.
ALTER TABLE "deployment_notices" ADD COLUMN "mailed_at" timestamp (3) with time zone DEFAULT now();--> statement-breakpoint
ALTER TABLE "deployment_notices" ALTER COLUMN "mailed_at" DROP DEFAULT;--> statement-breakpoint
CREATE INDEX "deployment_notices_unmailed" ON "deployment_notices" USING btree ("raised_at") WHERE mailed_at is null and dismissed_at is null and kind <> 'warning';--> statement-breakpoint
GRANT UPDATE (mailed_at) ON deployment_notices TO pulsekeep_engine;
-- Whom a deployment's notice is told by mail: the people of its workspace who have shown that the address is theirs.
GRANT SELECT (name) ON projects TO pulsekeep_lookup;
GRANT SELECT (workspace_id, number, environment) ON deployments TO pulsekeep_lookup;
CREATE FUNCTION lookup_deployment_mails(of_deployment uuid)
  RETURNS TABLE (name text, email text, locale text, project text, number integer, environment text)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
  AS $$ SELECT u.name, u.email, u.locale, p.name, d.number, d.environment
        FROM public.deployments d
        JOIN public.projects p ON p.id = d.project_id
        JOIN public.workspace_members m ON m.workspace_id = d.workspace_id
        JOIN public.users u ON u.id = m.user_id
        WHERE d.id = of_deployment AND u.email_verified $$;
GRANT CREATE ON SCHEMA public TO pulsekeep_lookup;
ALTER FUNCTION lookup_deployment_mails(uuid) OWNER TO pulsekeep_lookup;
REVOKE CREATE ON SCHEMA public FROM pulsekeep_lookup;
REVOKE ALL ON FUNCTION lookup_deployment_mails(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lookup_deployment_mails(uuid) TO pulsekeep_engine;
