CREATE TABLE "proof_links" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"token_hash" "bytea" NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "proof_links_token_hash_unique" UNIQUE("token_hash")
);
--> statement-breakpoint
ALTER TABLE "worker_sessions" ADD COLUMN "runner" jsonb;--> statement-breakpoint
ALTER TABLE "workers" ADD COLUMN "exports_checkpoints" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "workers" ADD COLUMN "checkpoint_exported_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "proof_links" ADD CONSTRAINT "proof_links_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "proof_links" ADD CONSTRAINT "proof_links_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "proof_links_workspace" ON "proof_links" USING btree ("workspace_id","created_at");--> statement-breakpoint
CREATE INDEX "proof_links_user" ON "proof_links" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "proof_links_expiry" ON "proof_links" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "worker_sessions_worker" ON "worker_sessions" USING btree ("worker_id","created_at");;--> statement-breakpoint
-- The role that lets workers in: proofs and handshakes of many workers in one statement. Who they are it learns
-- from one function; beyond that it writes nonces, sessions and when a worker was seen, in the workspaces that the
-- transaction names.
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'pulsekeep_gate') THEN
    CREATE ROLE pulsekeep_gate NOLOGIN;
  END IF;
  IF NOT EXISTS (
    SELECT FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid JOIN pg_roles u ON u.oid = m.member
    WHERE g.rolname = 'pulsekeep_gate' AND u.rolname = current_user
  ) THEN
    EXECUTE format('GRANT pulsekeep_gate TO %I', current_user);
  END IF;
  IF current_setting('server_version_num')::int >= 160000 THEN
    EXECUTE format('GRANT pulsekeep_gate TO %I WITH SET TRUE', current_user);
  END IF;
END $$;
GRANT USAGE ON SCHEMA public TO pulsekeep_gate;
GRANT SELECT (worker_id, jti), INSERT ON worker_nonces TO pulsekeep_gate;
GRANT SELECT (id, worker_id, workspace_id, expires_at), INSERT ON worker_sessions TO pulsekeep_gate;
GRANT SELECT (id, workspace_id), UPDATE (last_handshake_at, next_check_in_at, version, checkpoint_exported_at) ON workers TO pulsekeep_gate;
GRANT SELECT ON audit_checkpoints TO pulsekeep_gate;
-- Each row is written again with every handshake.
ALTER TABLE workers SET (fillfactor = 80);
GRANT SELECT, INSERT, DELETE ON proof_links TO pulsekeep_app;
GRANT SELECT (id, expires_at), DELETE ON proof_links TO pulsekeep_engine;
GRANT SELECT ON proof_links TO pulsekeep_backup;
DO $$
DECLARE
  table_name text;
  tenant text := 'nullif(current_setting(''app.workspace_id'', true), '''')::uuid';
  named text := '(SELECT string_to_array(current_setting(''app.workspace_ids'', true), '','')::uuid[])::uuid[]';
BEGIN
  FOREACH table_name IN ARRAY ARRAY['workers','worker_nonces','worker_sessions'] LOOP
    EXECUTE format('CREATE POLICY gate ON %I TO pulsekeep_gate USING ((workspace_id = ANY (%s)) IS TRUE) WITH CHECK ((workspace_id = ANY (%s)) IS TRUE)', table_name, named, named);
  END LOOP;
  ALTER TABLE proof_links ENABLE ROW LEVEL SECURITY;
  ALTER TABLE proof_links FORCE ROW LEVEL SECURITY;
  EXECUTE format('CREATE POLICY tenant ON proof_links TO pulsekeep_app USING (workspace_id = %s) WITH CHECK (workspace_id = %s)', tenant, tenant);
  CREATE POLICY engine ON proof_links TO pulsekeep_engine USING (true) WITH CHECK (true);
  CREATE POLICY backup ON proof_links FOR SELECT TO pulsekeep_backup USING (true);
  CREATE POLICY lookup ON proof_links FOR SELECT TO pulsekeep_lookup USING (true);
  CREATE POLICY lookup ON data_keys FOR SELECT TO pulsekeep_lookup USING (true);
END $$;
--> statement-breakpoint
-- Before the tenant is known: what a proof is checked against, and what a link leads to.
GRANT SELECT ON workers TO pulsekeep_lookup;
GRANT SELECT (id, workspace_id, keyring_key_id, key_wrapped) ON data_keys TO pulsekeep_lookup;
GRANT SELECT (id, retired_at) ON keyring_keys TO pulsekeep_lookup;
GRANT SELECT (id, workspace_id, user_id, token_hash, expires_at) ON proof_links TO pulsekeep_lookup;
CREATE FUNCTION lookup_proving_workers(of_client_ids text[]) RETURNS TABLE (
    id uuid, workspace_id uuid, client_id text, kind text, state text, handshake_secret_sealed bytea,
    secret_expires_at timestamptz, next_secret_sealed bytea, previous_secret_sealed bytea,
    previous_secret_until timestamptz, repository_id bigint, repository_owner_id bigint, workflow_ref text,
    workflow_sha text, cron_minute integer, exports_checkpoints boolean, checkpoint_exported_at timestamptz,
    data_key_id uuid, data_key_wrapped bytea, keyring_key_id text, keyring_key_retired_at timestamptz)
  LANGUAGE sql STABLE ROWS 100 SECURITY DEFINER SET search_path = pg_catalog, public
  AS $$
    SELECT w.id, w.workspace_id, w.client_id, w.kind, w.state, w.handshake_secret_sealed, w.secret_expires_at,
      w.next_secret_sealed, w.previous_secret_sealed, w.previous_secret_until, w.repository_id, w.repository_owner_id,
      w.workflow_ref, w.workflow_sha, w.cron_minute, w.exports_checkpoints, w.checkpoint_exported_at, k.id,
      k.key_wrapped, k.keyring_key_id, r.retired_at
    FROM unnest(of_client_ids) named JOIN public.workers w ON w.client_id = named
      JOIN public.data_keys k ON k.workspace_id = w.workspace_id
      LEFT JOIN public.keyring_keys r ON r.id = k.keyring_key_id
    WHERE w.state <> 'removed' $$;
CREATE FUNCTION lookup_proof_link(hash bytea, OUT proof_link_id uuid, OUT workspace_id uuid, OUT user_id uuid, OUT expires_at timestamptz)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
  AS $$ SELECT l.id, l.workspace_id, l.user_id, l.expires_at FROM public.proof_links l WHERE l.token_hash = hash AND l.expires_at > now() $$;
GRANT CREATE ON SCHEMA public TO pulsekeep_lookup;
ALTER FUNCTION lookup_proving_workers(text[]) OWNER TO pulsekeep_lookup;
ALTER FUNCTION lookup_proof_link(bytea) OWNER TO pulsekeep_lookup;
REVOKE CREATE ON SCHEMA public FROM pulsekeep_lookup;
REVOKE ALL ON FUNCTION lookup_proving_workers(text[]), lookup_proof_link(bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lookup_proving_workers(text[]) TO pulsekeep_gate;
GRANT EXECUTE ON FUNCTION lookup_proof_link(bytea) TO pulsekeep_app;
