ALTER TABLE "metric_endpoints" ADD COLUMN "pushed_on" date;--> statement-breakpoint
ALTER TABLE "metric_endpoints" ADD COLUMN "pushed_samples" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
-- A verdict that could not be given is no project's first: what was abandoned tells nobody that a project works.
GRANT SELECT (state) ON verdicts TO pulsekeep_lookup;
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
          AND v.state IN ('ok', 'warning', 'rollback_recommended')
          AND v.decided_at < p.created_at + interval '72 hours'
      ) AS done
      FROM public.projects p
      WHERE p.created_at >= from_at - interval '72 hours' AND p.created_at < to_at - interval '72 hours'
    )
    SELECT (SELECT count(*) FROM a)::int, (SELECT count(*) FROM a WHERE done)::int,
      (SELECT count(*) FROM p)::int, (SELECT count(*) FROM p WHERE done)::int
  $$;
