DROP INDEX "deployments_open";--> statement-breakpoint
CREATE INDEX "deployments_open" ON "deployments" USING btree ("project_id","environment","service") WHERE state in ('running', 'observing');--> statement-breakpoint
-- The role that pipelines' calls are worked with: triggers and finishes of many projects in one statement. It begins
-- and ends the observation of deployments, and nothing else, in the workspaces that the transaction names.
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'pulsekeep_ci') THEN
    CREATE ROLE pulsekeep_ci NOLOGIN;
  END IF;
  IF NOT EXISTS (
    SELECT FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid JOIN pg_roles u ON u.oid = m.member
    WHERE g.rolname = 'pulsekeep_ci' AND u.rolname = current_user
  ) THEN
    EXECUTE format('GRANT pulsekeep_ci TO %I', current_user);
  END IF;
  IF current_setting('server_version_num')::int >= 160000 THEN
    EXECUTE format('GRANT pulsekeep_ci TO %I WITH SET TRUE', current_user);
  END IF;
END $$;
GRANT USAGE ON SCHEMA public TO pulsekeep_ci;
GRANT SELECT (id, workspace_id, environments, services, abandon_seconds, sample_seconds, window_seconds, next_deployment_number), UPDATE (next_deployment_number) ON projects TO pulsekeep_ci;
GRANT SELECT (id, deployments_per_month) ON workspaces TO pulsekeep_ci;
GRANT SELECT (project_id, environment, workspace_id, state, source, active_url, hmac_version, hmac_enabled, hmac_secret_sealed, interval_seconds, next_scrape_at), UPDATE (interval_seconds, next_scrape_at) ON metric_endpoints TO pulsekeep_ci;
GRANT SELECT, INSERT, UPDATE (body_hash, deployment_id, expires_at) ON idempotency_keys TO pulsekeep_ci;
GRANT SELECT, INSERT, UPDATE (month, used) ON workspace_deployments TO pulsekeep_ci;
GRANT SELECT, INSERT (id, workspace_id, project_id, number, environment, service, measured_environment, branch, version, commit_sha, committed_at, pr, actor, run_url, is_rollback, started_at, abandon_at, next_action_at), UPDATE (state, verdict_state, pipeline_result, finished_at, observe_until, ended_at, next_action_at) ON deployments TO pulsekeep_ci;
GRANT INSERT (topic, key, body) ON outbox TO pulsekeep_ci;
GRANT USAGE ON SEQUENCE outbox_id_seq TO pulsekeep_ci;
DO $$
DECLARE
  table_name text;
  named text := 'SELECT unnest(string_to_array(current_setting(''app.workspace_ids'', true), '','')::uuid[])';
BEGIN
  FOREACH table_name IN ARRAY ARRAY['projects','metric_endpoints','idempotency_keys','workspace_deployments','deployments'] LOOP
    EXECUTE format('CREATE POLICY ci ON %I TO pulsekeep_ci USING (workspace_id IN (%s)) WITH CHECK (workspace_id IN (%s))', table_name, named, named);
  END LOOP;
  EXECUTE format('CREATE POLICY ci ON workspaces FOR SELECT TO pulsekeep_ci USING (id IN (%s))', named);
END $$;
--> statement-breakpoint
-- Whose keys these are, by their place in the list. A key that nobody has, or that is accepted no longer, has no row.
CREATE FUNCTION lookup_api_keys(hashes bytea[])
  RETURNS TABLE (place bigint, api_key_id uuid, project_id uuid, workspace_id uuid)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
  AS $$
    SELECT t.place, k.id, k.project_id, k.workspace_id
    FROM unnest(hashes) WITH ORDINALITY AS t (hash, place)
    JOIN public.project_api_keys k ON k.key_hash = t.hash
    WHERE k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > clock_timestamp())
  $$;
GRANT CREATE ON SCHEMA public TO pulsekeep_lookup;
ALTER FUNCTION lookup_api_keys(bytea[]) OWNER TO pulsekeep_lookup;
REVOKE CREATE ON SCHEMA public FROM pulsekeep_lookup;
REVOKE ALL ON FUNCTION lookup_api_keys(bytea[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lookup_api_keys(bytea[]) TO pulsekeep_ci;
DROP FUNCTION lookup_api_key(bytea);
