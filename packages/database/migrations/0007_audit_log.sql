CREATE TABLE "audit_checkpoints" (
	"tree_size" bigint PRIMARY KEY NOT NULL,
	"root_hash" "bytea" NOT NULL,
	"note" text NOT NULL,
	"made_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "audit_keys" (
	"name" text NOT NULL,
	"id" text NOT NULL,
	"public_key" "bytea" NOT NULL,
	"first_used_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "audit_keys_name_id_pk" PRIMARY KEY("name","id")
);
--> statement-breakpoint
CREATE TABLE "audit_leaves" (
	"leaf_index" bigint PRIMARY KEY NOT NULL,
	"entry_id" uuid NOT NULL,
	"workspace_id" uuid NOT NULL,
	"recorded_at" timestamp (3) with time zone NOT NULL,
	"salt" "bytea",
	CONSTRAINT "audit_leaves_entry_id_unique" UNIQUE("entry_id")
);
--> statement-breakpoint
CREATE TABLE "audit_nodes" (
	"level" smallint NOT NULL,
	"node_index" bigint NOT NULL,
	"hash" "bytea" NOT NULL,
	CONSTRAINT "audit_nodes_level_node_index_pk" PRIMARY KEY("level","node_index")
);
--> statement-breakpoint
CREATE TABLE "audit_pending" (
	"entry_id" uuid PRIMARY KEY NOT NULL,
	"recorded_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
-- Every audit entry waits for its place in the log from the moment that it is written, whoever writes it.
CREATE FUNCTION queue_audit_entry() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  INSERT INTO public.audit_pending (entry_id, recorded_at) VALUES (NEW.id, NEW.recorded_at);
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION queue_audit_entry() FROM PUBLIC;
CREATE TRIGGER audit_entries_queue AFTER INSERT ON audit_entries
  FOR EACH ROW EXECUTE FUNCTION queue_audit_entry();
INSERT INTO audit_pending (entry_id, recorded_at) SELECT id, recorded_at FROM audit_entries;
-- Emptied as fast as it fills.
ALTER TABLE audit_pending SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
--> statement-breakpoint
-- The one role that takes something out of the audit: what belongs to an account that is no more.
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'pulsekeep_eraser') THEN
    CREATE ROLE pulsekeep_eraser NOLOGIN;
  END IF;
  IF NOT EXISTS (
    SELECT FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid JOIN pg_roles u ON u.oid = m.member
    WHERE g.rolname = 'pulsekeep_eraser' AND u.rolname = current_user
  ) THEN
    EXECUTE format('GRANT pulsekeep_eraser TO %I', current_user);
  END IF;
  IF current_setting('server_version_num')::int >= 160000 THEN
    EXECUTE format('GRANT pulsekeep_eraser TO %I WITH SET TRUE', current_user);
  END IF;
END $$;
GRANT USAGE ON SCHEMA public TO pulsekeep_eraser;
--> statement-breakpoint
-- The log is append-only as the entries are: by grant for the roles, by trigger for everybody else.
CREATE OR REPLACE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND current_user = 'pulsekeep_eraser' THEN
    IF OLD.action <> 'account.deleted' THEN RETURN OLD; END IF;
  END IF;
  RAISE EXCEPTION 'the audit is append-only' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE FUNCTION refuse_leaf_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND current_user = 'pulsekeep_eraser' THEN
    IF NEW.salt IS NULL AND (NEW.leaf_index, NEW.entry_id, NEW.workspace_id, NEW.recorded_at)
        IS NOT DISTINCT FROM (OLD.leaf_index, OLD.entry_id, OLD.workspace_id, OLD.recorded_at) THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION 'the audit is append-only' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE FUNCTION refuse_log_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the audit is append-only' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER audit_leaves_append_only BEFORE UPDATE OR DELETE ON audit_leaves
  FOR EACH ROW EXECUTE FUNCTION refuse_leaf_change();
DO $$
DECLARE table_name text;
BEGIN
  FOREACH table_name IN ARRAY ARRAY['audit_nodes','audit_checkpoints','audit_keys'] LOOP
    EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR DELETE ON %I FOR EACH ROW EXECUTE FUNCTION refuse_log_change()',
      table_name || '_append_only', table_name);
  END LOOP;
  FOREACH table_name IN ARRAY ARRAY['audit_leaves','audit_nodes','audit_checkpoints','audit_keys'] LOOP
    EXECUTE format('CREATE TRIGGER %I BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_log_change()',
      table_name || '_no_truncate', table_name);
  END LOOP;
END $$;
--> statement-breakpoint
-- A salt and a place are shown to the entry's own workspace; nodes, checkpoints and keys are for everybody.
DO $$
DECLARE tenant constant text := 'nullif(current_setting(''app.workspace_id'', true), '''')::uuid';
BEGIN
  ALTER TABLE audit_leaves ENABLE ROW LEVEL SECURITY;
  ALTER TABLE audit_leaves FORCE ROW LEVEL SECURITY;
  EXECUTE format('CREATE POLICY tenant ON audit_leaves FOR SELECT TO pulsekeep_app USING (workspace_id = %s)', tenant);
  CREATE POLICY engine ON audit_leaves TO pulsekeep_engine USING (true) WITH CHECK (true);
  CREATE POLICY backup ON audit_leaves FOR SELECT TO pulsekeep_backup USING (true);
  CREATE POLICY admin ON audit_leaves FOR SELECT TO pulsekeep_admin USING (true);
  CREATE POLICY admin ON audit_entries FOR SELECT TO pulsekeep_admin USING (true);
  CREATE POLICY eraser ON audit_entries TO pulsekeep_eraser USING (true) WITH CHECK (true);
  CREATE POLICY eraser ON audit_leaves TO pulsekeep_eraser USING (true) WITH CHECK (true);
END $$;
GRANT SELECT ON audit_leaves, audit_nodes, audit_checkpoints, audit_keys TO pulsekeep_app;
-- The sequencer hashes entries, so it reads them: ids and named facts, never content.
GRANT SELECT ON audit_entries TO pulsekeep_engine;
GRANT SELECT, DELETE ON audit_pending TO pulsekeep_engine;
GRANT SELECT, INSERT ON audit_leaves, audit_nodes, audit_checkpoints, audit_keys TO pulsekeep_engine;
GRANT SELECT ON audit_pending, audit_leaves, audit_nodes, audit_checkpoints, audit_keys TO pulsekeep_backup;
-- Counts for an administrator: what was done how often, not by whom or to what.
GRANT SELECT (action, actor_kind, recorded_at) ON audit_entries TO pulsekeep_admin;
GRANT SELECT (leaf_index) ON audit_leaves TO pulsekeep_admin;
GRANT SELECT (recorded_at) ON audit_pending TO pulsekeep_admin;
GRANT SELECT (tree_size, made_at) ON audit_checkpoints TO pulsekeep_admin;
GRANT SELECT (id, workspace_id, action), DELETE ON audit_entries TO pulsekeep_eraser;
GRANT SELECT (leaf_index, entry_id, workspace_id, recorded_at, salt), UPDATE (salt) ON audit_leaves TO pulsekeep_eraser;
--> statement-breakpoint
-- Takes the audit of a deleted account out: entries and salts go, hashes stay, and with the salts goes the only
-- way to tell what they were of. The entry `account.deleted`, which must have its place in the log first, stays
-- and says why the others are gone.
CREATE FUNCTION erase_audit_of(of_workspace uuid) RETURNS integer
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE erased integer;
BEGIN
  IF NOT EXISTS (
    SELECT FROM public.audit_leaves l JOIN public.audit_entries e ON e.id = l.entry_id
    WHERE l.workspace_id = of_workspace AND e.workspace_id = of_workspace AND e.action = 'account.deleted'
  ) THEN
    RAISE EXCEPTION 'no deletion of this account stands in the log' USING ERRCODE = 'insufficient_privilege';
  END IF;
  UPDATE public.audit_leaves l SET salt = NULL
    FROM public.audit_entries e
    WHERE e.id = l.entry_id AND l.workspace_id = of_workspace AND e.workspace_id = of_workspace
      AND e.action <> 'account.deleted';
  DELETE FROM public.audit_entries e USING public.audit_leaves l
    WHERE l.entry_id = e.id AND e.workspace_id = of_workspace AND e.action <> 'account.deleted';
  GET DIAGNOSTICS erased = ROW_COUNT;
  RETURN erased;
END $$;
GRANT CREATE ON SCHEMA public TO pulsekeep_eraser;
ALTER FUNCTION erase_audit_of(uuid) OWNER TO pulsekeep_eraser;
REVOKE CREATE ON SCHEMA public FROM pulsekeep_eraser;
REVOKE ALL ON FUNCTION erase_audit_of(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION erase_audit_of(uuid) TO pulsekeep_engine;
