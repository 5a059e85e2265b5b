CREATE SEQUENCE IF NOT EXISTS stream_entry_ids AS bigint;

CREATE UNLOGGED TABLE IF NOT EXISTS stream_entries (
  id bigint PRIMARY KEY DEFAULT nextval('stream_entry_ids'),
  stream text NOT NULL,
  key text NOT NULL,
  body jsonb NOT NULL,
  appended_at timestamptz NOT NULL DEFAULT now(),
  consumer text,
  delivered_at timestamptz,
  deliveries integer NOT NULL DEFAULT 0,
  CHECK ((consumer IS NULL) = (delivered_at IS NULL))
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);
CREATE INDEX IF NOT EXISTS stream_entries_waiting ON stream_entries (stream, id) WHERE consumer IS NULL;
CREATE INDEX IF NOT EXISTS stream_entries_pending ON stream_entries (stream, delivered_at) WHERE consumer IS NOT NULL;

CREATE UNLOGGED TABLE IF NOT EXISTS stream_delayed (
  id bigint PRIMARY KEY DEFAULT nextval('stream_entry_ids'),
  stream text NOT NULL,
  key text NOT NULL,
  body jsonb NOT NULL,
  due_at timestamptz NOT NULL
);
CREATE INDEX IF NOT EXISTS stream_delayed_due ON stream_delayed (stream, due_at, id);

CREATE TABLE IF NOT EXISTS stream_dead_letters (
  id bigint PRIMARY KEY DEFAULT nextval('stream_entry_ids'),
  stream text NOT NULL,
  key text NOT NULL,
  body jsonb NOT NULL,
  deliveries integer NOT NULL,
  reason text NOT NULL,
  dead_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX IF NOT EXISTS stream_dead_letters_stream ON stream_dead_letters (stream, id);

CREATE UNLOGGED TABLE IF NOT EXISTS stream_epochs (
  stream text PRIMARY KEY,
  epoch uuid NOT NULL DEFAULT gen_random_uuid()
);

GRANT SELECT, INSERT, UPDATE, DELETE ON stream_entries, stream_delayed, stream_dead_letters TO pulsekeep_engine;
GRANT SELECT, INSERT ON stream_epochs TO pulsekeep_engine;
GRANT USAGE ON SEQUENCE stream_entry_ids TO pulsekeep_engine;
GRANT SELECT ON stream_entries, stream_delayed, stream_dead_letters, stream_epochs TO pulsekeep_backup;
GRANT SELECT ON SEQUENCE stream_entry_ids TO pulsekeep_backup;
