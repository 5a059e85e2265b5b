-- Roles. NOLOGIN: the process takes them on its connection; the owner is used for migrations only.
DO $$
DECLARE role_name text;
BEGIN
  FOREACH role_name IN ARRAY ARRAY['pulsekeep_app','pulsekeep_engine','pulsekeep_identity','pulsekeep_lookup','pulsekeep_backup'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role_name) THEN
      EXECUTE format('CREATE ROLE %I NOLOGIN', role_name);
    END IF;
    IF NOT pg_has_role(current_user, role_name, 'MEMBER') OR NOT EXISTS (
      SELECT FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid JOIN pg_roles u ON u.oid = m.member
      WHERE g.rolname = role_name AND u.rolname = current_user
    ) THEN
      EXECUTE format('GRANT %I TO %I', role_name, current_user);
    END IF;
    -- On PostgreSQL 16 and newer a creator is a member without the right to SET ROLE until it says so.
    IF current_setting('server_version_num')::int >= 160000 THEN
      EXECUTE format('GRANT %I TO %I WITH SET TRUE', role_name, current_user);
    END IF;
    EXECUTE format('GRANT USAGE ON SCHEMA public TO %I', role_name);
  END LOOP;
END $$;
--> statement-breakpoint
-- Row-level security. One policy text for every tenant table; an unset tenant sees nothing.
DO $$
DECLARE
  table_name text;
  tenant constant text := 'nullif(current_setting(''app.workspace_id'', true), '''')::uuid';
BEGIN
  FOREACH table_name IN ARRAY ARRAY[
    'workspace_members','data_keys','audit_entries','workers','worker_sessions','worker_nonces','provisionings',
    'lanes','pulses','runs','projects','project_api_keys','metric_endpoints','deployments','idempotency_keys',
    'metric_samples','verdicts'
  ] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', table_name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', table_name);
    EXECUTE format('CREATE POLICY tenant ON %I TO pulsekeep_app USING (workspace_id = %s) WITH CHECK (workspace_id = %s)', table_name, tenant, tenant);
    EXECUTE format('CREATE POLICY backup ON %I FOR SELECT TO pulsekeep_backup USING (true)', table_name);
  END LOOP;
  ALTER TABLE workspaces ENABLE ROW LEVEL SECURITY;
  ALTER TABLE workspaces FORCE ROW LEVEL SECURITY;
  EXECUTE format('CREATE POLICY tenant ON workspaces TO pulsekeep_app USING (id = %s) WITH CHECK (id = %s)', tenant, tenant);
  CREATE POLICY backup ON workspaces FOR SELECT TO pulsekeep_backup USING (true);
  FOREACH table_name IN ARRAY ARRAY['users','sessions','accounts','verifications'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', table_name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', table_name);
    EXECUTE format('CREATE POLICY identity ON %I TO pulsekeep_identity USING (true) WITH CHECK (true)', table_name);
    EXECUTE format('CREATE POLICY backup ON %I FOR SELECT TO pulsekeep_backup USING (true)', table_name);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO pulsekeep_identity', table_name);
  END LOOP;
  FOREACH table_name IN ARRAY ARRAY[
    'audit_entries','worker_sessions','worker_nonces','provisionings','lanes','pulses','runs','projects',
    'metric_endpoints','deployments','idempotency_keys','metric_samples','verdicts','workers','data_keys'
  ] LOOP
    EXECUTE format('CREATE POLICY engine ON %I TO pulsekeep_engine USING (true) WITH CHECK (true)', table_name);
  END LOOP;
END $$;
--> statement-breakpoint
CREATE POLICY own_row ON users TO pulsekeep_app
  USING (id = nullif(current_setting('app.user_id', true), '')::uuid)
  WITH CHECK (id = nullif(current_setting('app.user_id', true), '')::uuid);
--> statement-breakpoint
-- What a request may do.
GRANT SELECT (id, name, email, email_verified, locale, time_zone, role, created_at), UPDATE (name, locale, time_zone, updated_at) ON users TO pulsekeep_app;
GRANT SELECT, INSERT, UPDATE ON workspaces TO pulsekeep_app;
GRANT SELECT, INSERT ON workspace_members, data_keys, audit_entries TO pulsekeep_app;
GRANT UPDATE (key_wrapped, keyring_key_id) ON data_keys TO pulsekeep_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON workers, worker_sessions, provisionings, lanes, pulses, runs, projects, project_api_keys, metric_endpoints, deployments, idempotency_keys TO pulsekeep_app;
GRANT SELECT, INSERT ON worker_nonces TO pulsekeep_app;
GRANT SELECT ON metric_samples, verdicts TO pulsekeep_app;
GRANT INSERT ON outbox TO pulsekeep_app;
GRANT USAGE ON SEQUENCE outbox_id_seq TO pulsekeep_app, pulsekeep_engine;
--> statement-breakpoint
-- What the engine may do: scheduling columns and queue tables across tenants, no content of users.
-- UPDATE is what SELECT ... FOR UPDATE asks for; the relay changes no row.
GRANT SELECT, INSERT, UPDATE, DELETE ON outbox TO pulsekeep_engine;
GRANT SELECT (id, workspace_id, worker_id, lane_id, kind, state, schedule, time_zone, jitter, rest, recovery, jitter_secret, cursor_at, next_slot, next_nominal_at, next_due_at),
  UPDATE (state, cursor_at, next_slot, next_nominal_at, next_due_at) ON pulses TO pulsekeep_engine;
GRANT SELECT (id, workspace_id, kind, state, cron_minute, last_handshake_at, next_check_in_at, secret_expires_at),
  UPDATE (state, next_check_in_at) ON workers TO pulsekeep_engine;
GRANT SELECT, UPDATE (next_seq) ON lanes TO pulsekeep_engine;
GRANT SELECT (id, workspace_id, worker_id, pulse_id, lane_id, kind, state, slot, generation, recovers_run_id, seq, nominal_at, planned_at, late_after, window_ends_at, next_action_at, offered_at, claimed_at, claim_id, fence, lease_expires_at, signal_expires_at, attempts, reason, ended_at, created_at),
  INSERT (id, workspace_id, worker_id, pulse_id, lane_id, kind, state, slot, generation, recovers_run_id, seq, nominal_at, planned_at, late_after, window_ends_at, next_action_at),
  UPDATE (state, seq, late_after, next_action_at, offered_at, claim_id, lease_expires_at, attempts, reason, ended_at) ON runs TO pulsekeep_engine;
GRANT SELECT (worker_id, jti, expires_at), DELETE ON worker_nonces TO pulsekeep_engine;
GRANT SELECT (id, expires_at), DELETE ON worker_sessions TO pulsekeep_engine;
GRANT SELECT (project_id, key, expires_at), DELETE ON idempotency_keys TO pulsekeep_engine;
GRANT SELECT, UPDATE (state, steps, next_action_at, ended_at) ON provisionings TO pulsekeep_engine;
GRANT SELECT ON data_keys TO pulsekeep_engine;
GRANT SELECT (id, workspace_id, sample_seconds, window_seconds, baseline_seconds, abandon_seconds) ON projects TO pulsekeep_engine;
GRANT SELECT, UPDATE (last_sample_at, last_scrape_error_code, interval_seconds, next_scrape_at) ON metric_endpoints TO pulsekeep_engine;
GRANT SELECT (id, workspace_id, project_id, number, environment, service, is_rollback, state, pipeline_result, verdict_state, confidence, started_at, finished_at, observe_until, abandon_at, ended_at, next_action_at),
  UPDATE (state, verdict_state, confidence, ended_at, observe_until, next_action_at) ON deployments TO pulsekeep_engine;
GRANT SELECT, INSERT ON metric_samples TO pulsekeep_engine;
GRANT SELECT, INSERT, UPDATE ON verdicts TO pulsekeep_engine;
GRANT INSERT ON audit_entries TO pulsekeep_engine;
--> statement-breakpoint
GRANT SELECT ON ALL TABLES IN SCHEMA public TO pulsekeep_backup;
--> statement-breakpoint
-- Look-ups before the tenant is known: each returns at most one row, and only what names the tenant.
GRANT SELECT (workspace_id, user_id, created_at) ON workspace_members TO pulsekeep_lookup;
GRANT SELECT (id, workspace_id, project_id, key_hash, revoked_at) ON project_api_keys TO pulsekeep_lookup;
GRANT SELECT (id, workspace_id, client_id, state) ON workers TO pulsekeep_lookup;
CREATE POLICY lookup ON workspace_members FOR SELECT TO pulsekeep_lookup USING (true);
CREATE POLICY lookup ON project_api_keys FOR SELECT TO pulsekeep_lookup USING (true);
CREATE POLICY lookup ON workers FOR SELECT TO pulsekeep_lookup USING (true);
CREATE FUNCTION lookup_workspace(of_user uuid) RETURNS uuid
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
  AS $$ SELECT workspace_id FROM public.workspace_members WHERE user_id = of_user ORDER BY created_at, workspace_id LIMIT 1 $$;
CREATE FUNCTION lookup_api_key(hash bytea, OUT api_key_id uuid, OUT project_id uuid, OUT workspace_id uuid)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
  AS $$ SELECT k.id, k.project_id, k.workspace_id FROM public.project_api_keys k WHERE k.key_hash = hash AND k.revoked_at IS NULL $$;
CREATE FUNCTION lookup_worker(of_client_id text, OUT worker_id uuid, OUT workspace_id uuid)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
  AS $$ SELECT w.id, w.workspace_id FROM public.workers w WHERE w.client_id = of_client_id AND w.state <> 'removed' $$;
GRANT CREATE ON SCHEMA public TO pulsekeep_lookup;
ALTER FUNCTION lookup_workspace(uuid) OWNER TO pulsekeep_lookup;
ALTER FUNCTION lookup_api_key(bytea) OWNER TO pulsekeep_lookup;
ALTER FUNCTION lookup_worker(text) OWNER TO pulsekeep_lookup;
REVOKE CREATE ON SCHEMA public FROM pulsekeep_lookup;
--> statement-breakpoint
REVOKE ALL ON FUNCTION lookup_workspace(uuid), lookup_api_key(bytea), lookup_worker(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lookup_workspace(uuid), lookup_api_key(bytea), lookup_worker(text) TO pulsekeep_app;
--> statement-breakpoint
-- The audit is append-only: by grant for the roles, by trigger for everybody else.
CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'audit entries are append-only' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER audit_entries_append_only BEFORE UPDATE OR DELETE ON audit_entries
  FOR EACH ROW EXECUTE FUNCTION refuse_audit_change();
CREATE TRIGGER audit_entries_no_truncate BEFORE TRUNCATE ON audit_entries
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
--> statement-breakpoint
-- Partitions: made ahead of time and dropped by age; a default partition catches what no one foresaw.
CREATE TABLE metric_samples_default PARTITION OF metric_samples DEFAULT;
CREATE TABLE audit_entries_default PARTITION OF audit_entries DEFAULT;
-- A partition inherits triggers for its rows, but not for being emptied as a whole.
CREATE TRIGGER audit_entries_no_truncate BEFORE TRUNCATE ON audit_entries_default
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
CREATE FUNCTION ensure_partitions(reference timestamptz) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE day date; month date; today date := (reference AT TIME ZONE 'UTC')::date;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('pulsekeep.ensure_partitions'));
  FOR offset_days IN -1..7 LOOP
    day := today + offset_days;
    IF to_regclass(format('public.metric_samples_%s', to_char(day, 'YYYYMMDD'))) IS NULL THEN
      EXECUTE format('CREATE TABLE public.metric_samples_%s PARTITION OF public.metric_samples FOR VALUES FROM (%L) TO (%L)',
        to_char(day, 'YYYYMMDD'), day::text || ' 00:00:00+00', (day + 1)::text || ' 00:00:00+00');
    END IF;
  END LOOP;
  FOR offset_months IN 0..2 LOOP
    month := (date_trunc('month', today::timestamp) + make_interval(months => offset_months))::date;
    IF to_regclass(format('public.audit_entries_%s', to_char(month, 'YYYYMM'))) IS NULL THEN
      EXECUTE format('CREATE TABLE public.audit_entries_%s PARTITION OF public.audit_entries FOR VALUES FROM (%L) TO (%L)',
        to_char(month, 'YYYYMM'), month::text || ' 00:00:00+00',
        (month + interval '1 month')::date::text || ' 00:00:00+00');
      EXECUTE format('CREATE TRIGGER audit_entries_no_truncate BEFORE TRUNCATE ON public.audit_entries_%s FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_audit_change()',
        to_char(month, 'YYYYMM'));
    END IF;
  END LOOP;
END $$;
CREATE FUNCTION drop_old_samples(reference timestamptz, keep_days integer) RETURNS integer
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE partition text; dropped integer := 0;
BEGIN
  FOR partition IN
    SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'public.metric_samples'::regclass AND c.relname ~ '^metric_samples_\d{8}$'
      AND to_date(right(c.relname, 8), 'YYYYMMDD') < (reference AT TIME ZONE 'UTC')::date - greatest(keep_days, 1)
  LOOP
    EXECUTE format('DROP TABLE public.%I', partition);
    dropped := dropped + 1;
  END LOOP;
  RETURN dropped;
END $$;
REVOKE ALL ON FUNCTION ensure_partitions(timestamptz), drop_old_samples(timestamptz, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ensure_partitions(timestamptz), drop_old_samples(timestamptz, integer) TO pulsekeep_engine;
SELECT ensure_partitions(now());
--> statement-breakpoint
-- The auth library writes users and sessions by itself. What must happen with them happens in its transaction:
-- a personal workspace for every account, and an audit entry for sign-up, sign-in and sign-out.
GRANT INSERT ON workspaces, workspace_members, audit_entries TO pulsekeep_identity;
GRANT SELECT ON workspace_members TO pulsekeep_identity;
CREATE POLICY identity_insert ON workspaces FOR INSERT TO pulsekeep_identity WITH CHECK (true);
CREATE POLICY identity_insert ON workspace_members FOR INSERT TO pulsekeep_identity WITH CHECK (true);
CREATE POLICY identity_read ON workspace_members FOR SELECT TO pulsekeep_identity USING (true);
CREATE POLICY identity_insert ON audit_entries FOR INSERT TO pulsekeep_identity WITH CHECK (true);
CREATE FUNCTION open_personal_workspace() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE workspace uuid := gen_random_uuid();
BEGIN
  INSERT INTO workspaces (id, name) VALUES (workspace, NEW.name);
  INSERT INTO workspace_members (workspace_id, user_id, role) VALUES (workspace, NEW.id, 'owner');
  INSERT INTO audit_entries (id, workspace_id, action, actor_kind, actor_id, subject_kind, subject_id, facts, recorded_at)
    VALUES (gen_random_uuid(), workspace, 'account.created', 'user', NEW.id, 'user', NEW.id, '{}', clock_timestamp());
  RETURN NULL;
END $$;
CREATE TRIGGER users_open_personal_workspace AFTER INSERT ON users
  FOR EACH ROW EXECUTE FUNCTION open_personal_workspace();
CREATE FUNCTION audit_session_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE changed sessions; workspace uuid;
BEGIN
  changed := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
  IF TG_OP = 'DELETE' AND OLD.expires_at < now() THEN RETURN NULL; END IF;
  SELECT workspace_id INTO workspace FROM workspace_members WHERE user_id = changed.user_id
    ORDER BY created_at, workspace_id LIMIT 1;
  IF workspace IS NULL THEN RETURN NULL; END IF;
  INSERT INTO audit_entries (id, workspace_id, action, actor_kind, actor_id, subject_kind, subject_id, facts, recorded_at)
    VALUES (gen_random_uuid(), workspace, CASE WHEN TG_OP = 'DELETE' THEN 'account.signed_out' ELSE 'account.signed_in' END,
      'user', changed.user_id, 'session', changed.id, '{}', clock_timestamp());
  RETURN NULL;
END $$;
CREATE TRIGGER sessions_audit AFTER INSERT OR DELETE ON sessions
  FOR EACH ROW EXECUTE FUNCTION audit_session_change();
