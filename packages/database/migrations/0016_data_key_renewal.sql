ALTER TABLE "data_keys" ADD COLUMN "former_id" uuid;--> statement-breakpoint
ALTER TABLE "data_keys" ADD COLUMN "former_key_sealed" "bytea";--> statement-breakpoint
ALTER TABLE "workers" ADD COLUMN "audit_exported_below" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE data_keys ADD CONSTRAINT data_keys_former CHECK ((former_id IS NULL) = (former_key_sealed IS NULL));
-- The engine makes a workspace's data key anew by its age, and seals under it what the former one sealed.
GRANT UPDATE (id, created_at, seals, former_id, former_key_sealed) ON data_keys TO pulsekeep_engine;
GRANT SELECT (handshake_secret_sealed, next_secret_sealed, previous_secret_sealed),
  UPDATE (handshake_secret_sealed, next_secret_sealed) ON workers TO pulsekeep_engine;
GRANT UPDATE (hmac_secret_sealed, hmac_previous_sealed, prometheus_token_sealed) ON metric_endpoints TO pulsekeep_engine;
-- How old the oldest is, not whose.
GRANT SELECT (created_at) ON data_keys TO pulsekeep_admin;
-- New secrets are refused under a key that is too old.
GRANT SELECT (current_since) ON keyring_keys TO pulsekeep_app;
