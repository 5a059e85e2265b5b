CREATE TABLE "account_erasures" (
	"workspace_id" uuid PRIMARY KEY NOT NULL,
	"deleted_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"next_action_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "keyring_keys" (
	"id" text PRIMARY KEY NOT NULL,
	"check_value" "bytea" NOT NULL,
	"wraps" bigint DEFAULT 0 NOT NULL,
	"first_seen_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"current_since" timestamp (3) with time zone,
	"retired_at" timestamp (3) with time zone
);
--> statement-breakpoint
ALTER TABLE "data_keys" ADD COLUMN "wrapped_at" timestamp (3) with time zone DEFAULT now() NOT NULL;--> statement-breakpoint
ALTER TABLE "data_keys" ADD COLUMN "seals" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX "account_erasures_due" ON "account_erasures" USING btree ("next_action_at");--> statement-breakpoint
CREATE INDEX "data_keys_keyring_key" ON "data_keys" USING btree ("keyring_key_id");
--> statement-breakpoint
-- What was wrapped so far was wrapped once.
ALTER TABLE data_keys SET (fillfactor = 70);
-- A request counts what it seals; only the engine, which holds the keyring, wraps a key anew.
REVOKE UPDATE (key_wrapped, keyring_key_id) ON data_keys FROM pulsekeep_app;
GRANT UPDATE (seals) ON data_keys TO pulsekeep_app;
GRANT UPDATE (key_wrapped, keyring_key_id, wrapped_at) ON data_keys TO pulsekeep_engine;
GRANT SELECT (id, retired_at) ON keyring_keys TO pulsekeep_app;
GRANT SELECT, INSERT, UPDATE (wraps, current_since, retired_at) ON keyring_keys TO pulsekeep_engine;
-- Counts and ages for an administrator, not whose.
CREATE POLICY admin ON data_keys FOR SELECT TO pulsekeep_admin USING (true);
GRANT SELECT (keyring_key_id) ON data_keys TO pulsekeep_admin;
GRANT SELECT (id, wraps, current_since, retired_at) ON keyring_keys TO pulsekeep_admin;
GRANT SELECT ON keyring_keys, account_erasures TO pulsekeep_backup;
--> statement-breakpoint
CREATE FUNCTION guard_keyring_key() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'a key of the keyring is not forgotten' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF NEW.id <> OLD.id OR NEW.check_value <> OLD.check_value OR NEW.wraps < OLD.wraps
      OR (OLD.retired_at IS NOT NULL AND NEW.retired_at IS DISTINCT FROM OLD.retired_at) THEN
    RAISE EXCEPTION 'a key of the keyring only ages' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF OLD.retired_at IS NULL AND NEW.retired_at IS NOT NULL
      AND EXISTS (SELECT FROM data_keys WHERE keyring_key_id = OLD.id) THEN
    RAISE EXCEPTION 'keyring key % still wraps data keys', OLD.id USING ERRCODE = 'object_in_use';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER keyring_keys_guard BEFORE UPDATE OR DELETE ON keyring_keys
  FOR EACH ROW EXECUTE FUNCTION guard_keyring_key();
--> statement-breakpoint
-- Takes one wrap of a key's allowance, before the data key is written: the row's lock keeps the key from being
-- retired in between.
CREATE FUNCTION take_wrap(of_key text) RETURNS boolean
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  UPDATE public.keyring_keys SET wraps = wraps + 1
    WHERE id = of_key AND retired_at IS NULL AND wraps < 4294967296;
  RETURN FOUND;
END $$;
GRANT CREATE ON SCHEMA public TO pulsekeep_engine;
ALTER FUNCTION take_wrap(text) OWNER TO pulsekeep_engine;
REVOKE CREATE ON SCHEMA public FROM pulsekeep_engine;
REVOKE ALL ON FUNCTION take_wrap(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION take_wrap(text) TO pulsekeep_app, pulsekeep_engine;
--> statement-breakpoint
-- The end of an account, in the transaction that says so in the audit. The data key goes first: without it no
-- sealed value of this workspace opens, in this database or in any copy that has not its key either.
ALTER TABLE account_erasures ENABLE ROW LEVEL SECURITY;
ALTER TABLE account_erasures FORCE ROW LEVEL SECURITY;
CREATE POLICY engine ON account_erasures TO pulsekeep_engine USING (true) WITH CHECK (true);
CREATE POLICY eraser ON account_erasures TO pulsekeep_eraser USING (true) WITH CHECK (true);
CREATE POLICY backup ON account_erasures FOR SELECT TO pulsekeep_backup USING (true);
GRANT SELECT, UPDATE (next_action_at), DELETE ON account_erasures TO pulsekeep_engine;
GRANT INSERT (workspace_id) ON account_erasures TO pulsekeep_eraser;
DO $$
DECLARE table_name text;
BEGIN
  FOREACH table_name IN ARRAY ARRAY['workspaces','workspace_members','users','data_keys','projects','metric_samples'] LOOP
    EXECUTE format('CREATE POLICY eraser ON %I TO pulsekeep_eraser USING (true)', table_name);
  END LOOP;
END $$;
GRANT SELECT (id), DELETE ON workspaces, users TO pulsekeep_eraser;
GRANT SELECT (workspace_id, user_id, created_at) ON workspace_members TO pulsekeep_eraser;
GRANT SELECT (workspace_id), DELETE ON data_keys TO pulsekeep_eraser;
GRANT SELECT (id, workspace_id) ON projects TO pulsekeep_eraser;
GRANT SELECT (project_id), DELETE ON metric_samples TO pulsekeep_eraser;
CREATE FUNCTION delete_account() RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  workspace uuid := nullif(current_setting('app.workspace_id', true), '')::uuid;
  person uuid := nullif(current_setting('app.user_id', true), '')::uuid;
BEGIN
  IF NOT EXISTS (SELECT FROM public.workspace_members WHERE workspace_id = workspace AND user_id = person)
      OR EXISTS (SELECT FROM public.workspace_members WHERE workspace_id = workspace AND user_id <> person)
      OR EXISTS (SELECT FROM public.workspace_members WHERE workspace_id <> workspace AND user_id = person) THEN
    RAISE EXCEPTION 'not the only member of this workspace' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF NOT EXISTS (
    SELECT FROM public.audit_entries WHERE workspace_id = workspace AND action = 'account.deleted'
  ) THEN
    RAISE EXCEPTION 'no entry of the audit says so' USING ERRCODE = 'insufficient_privilege';
  END IF;
  DELETE FROM public.data_keys WHERE workspace_id = workspace;
  DELETE FROM public.metric_samples WHERE project_id IN (SELECT id FROM public.projects WHERE workspace_id = workspace);
  DELETE FROM public.workspaces WHERE id = workspace;
  DELETE FROM public.users WHERE id = person;
  INSERT INTO public.account_erasures (workspace_id) VALUES (workspace);
END $$;
GRANT CREATE ON SCHEMA public TO pulsekeep_eraser;
ALTER FUNCTION delete_account() OWNER TO pulsekeep_eraser;
REVOKE CREATE ON SCHEMA public FROM pulsekeep_eraser;
REVOKE ALL ON FUNCTION delete_account() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION delete_account() TO pulsekeep_app;
