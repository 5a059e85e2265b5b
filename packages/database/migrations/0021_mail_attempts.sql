ALTER TABLE "deployment_notices" ADD COLUMN "mail_attempts" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "deployment_notices" ADD COLUMN "mail_due_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "worker_silences" ADD COLUMN "mail_attempts" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "worker_silences" ADD COLUMN "mail_due_at" timestamp (3) with time zone;--> statement-breakpoint
GRANT UPDATE (mail_attempts, mail_due_at) ON deployment_notices TO pulsekeep_engine;
GRANT UPDATE (mail_attempts, mail_due_at) ON worker_silences TO pulsekeep_engine;
-- A dry run's verdict is counted nowhere, so it is no project's first verdict either.
GRANT SELECT (dry_run) ON verdicts TO pulsekeep_lookup;
CREATE OR REPLACE FUNCTION lifecycle_counts(from_at timestamptz, to_at timestamptz,
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
        WHERE d.project_id = p.id AND v.final AND NOT v.dry_run
          AND v.decided_at < p.created_at + interval '72 hours'
      ) AS done
      FROM public.projects p
      WHERE p.created_at >= from_at - interval '72 hours' AND p.created_at < to_at - interval '72 hours'
    )
    SELECT (SELECT count(*) FROM a)::int, (SELECT count(*) FROM a WHERE done)::int,
      (SELECT count(*) FROM p)::int, (SELECT count(*) FROM p WHERE done)::int
  $$;
