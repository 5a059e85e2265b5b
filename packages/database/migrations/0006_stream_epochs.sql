-- What the reconciler remembers of the transport's data, outside of the transport: a loss shows by comparison,
-- also one that happened while no process was there to see it. One row per stream and shard.
CREATE TABLE stream_marks (
  stream text NOT NULL,
  shard integer NOT NULL,
  -- Of the data for which everything open was emitted; empty before the first time.
  epoch text NOT NULL,
  beat bigint NOT NULL,
  -- Until then one process emits the open work of a lost shard again; another takes over after it.
  claimed_until timestamp with time zone,
  PRIMARY KEY (stream, shard)
) WITH (fillfactor = 50);
GRANT SELECT, INSERT, UPDATE ON stream_marks TO pulsekeep_engine;
GRANT SELECT ON stream_marks TO pulsekeep_backup;
