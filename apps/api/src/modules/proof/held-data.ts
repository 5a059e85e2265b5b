import type { HeldFor, HeldKind, HeldSubject } from "@pulsekeep/contracts/api/proof";

export type HeldTable = {
  subject: HeldSubject;
  kept: HeldFor;
  columns: Partial<Record<HeldKind, readonly string[]>>;
};

/**
 * Every column of the database and what it holds: the one source of the public page. A test compares it with the
 * schema, so that nothing is kept that the page does not name. Adding a column: its name here, under what it holds.
 */
export const HELD_DATA: Record<string, HeldTable> = {
  users: {
    subject: "account",
    kept: "account",
    columns: {
      id: ["id"],
      identity: ["name", "email", "image"],
      setting: ["locale", "time_zone"],
      state: ["email_verified", "role"],
      time: ["created_at", "updated_at"],
    },
  },
  accounts: {
    subject: "account",
    kept: "account",
    columns: {
      empty: ["access_token", "refresh_token", "id_token"],
      hash: ["password"],
      id: ["id", "user_id", "account_id", "provider_id"],
      state: ["scope"],
      time: ["access_token_expires_at", "refresh_token_expires_at", "created_at", "updated_at"],
    },
  },
  sessions: {
    subject: "account",
    kept: "expiry",
    columns: {
      hash: ["token"],
      client: ["ip_address", "user_agent"],
      id: ["id", "user_id"],
      time: ["expires_at", "created_at", "updated_at"],
    },
  },
  verifications: {
    subject: "account",
    kept: "expiry",
    columns: {
      hash: ["identifier"],
      passing: ["value"],
      id: ["id"],
      time: ["expires_at", "created_at", "updated_at"],
    },
  },
  workspaces: {
    subject: "account",
    kept: "account",
    columns: {
      id: ["id"],
      identity: ["name"],
      setting: ["deployments_per_month"],
      time: ["created_at"],
    },
  },
  workspace_members: {
    subject: "account",
    kept: "account",
    columns: { id: ["workspace_id", "user_id"], state: ["role"], time: ["created_at"] },
  },
  account_erasures: {
    subject: "account",
    kept: "installation",
    columns: { id: ["workspace_id"], time: ["deleted_at", "next_action_at"] },
  },
  proof_links: {
    subject: "account",
    kept: "expiry",
    columns: {
      hash: ["token_hash"],
      id: ["id", "workspace_id", "user_id"],
      time: ["expires_at", "created_at"],
    },
  },
  workers: {
    subject: "workers",
    kept: "account",
    columns: {
      sealed: ["handshake_secret_sealed", "next_secret_sealed", "previous_secret_sealed"],
      public_name: [
        "repository_full_name",
        "default_branch",
        "workflow_ref",
        "workflow_sha",
        "author_name",
        "author_email",
      ],
      id: ["id", "workspace_id", "client_id", "repository_id", "repository_owner_id"],
      setting: ["cron_minute", "way", "exports_checkpoints"],
      state: ["kind", "state", "version", "audit_exported_below"],
      time: [
        "secret_created_at",
        "secret_expires_at",
        "next_secret_created_at",
        "previous_secret_until",
        "last_handshake_at",
        "next_check_in_at",
        "confirmed_at",
        "removed_at",
        "checkpoint_exported_at",
        "created_at",
      ],
    },
  },
  worker_sessions: {
    subject: "workers",
    kept: "days7",
    columns: {
      id: ["id", "workspace_id", "worker_id", "github_run_id"],
      record: ["runner"],
      time: ["expires_at", "created_at"],
    },
  },
  worker_nonces: {
    subject: "workers",
    kept: "minutes",
    columns: { id: ["worker_id", "workspace_id"], random: ["jti"], time: ["expires_at"] },
  },
  worker_notices: {
    subject: "workers",
    kept: "parent",
    columns: {
      id: ["worker_id", "workspace_id"],
      state: ["days_before"],
      time: ["secret_expires_at", "raised_at", "dismissed_at"],
    },
  },
  worker_silences: {
    subject: "workers",
    kept: "parent",
    columns: {
      id: ["worker_id", "workspace_id"],
      state: ["missed", "mail_attempts"],
      time: ["since", "raised_at", "ended_at", "dismissed_at", "mailed_at", "mail_due_at"],
    },
  },
  provisionings: {
    subject: "workers",
    kept: "account",
    columns: {
      hash: ["state_hash", "enrolment_hash"],
      public_name: ["repository_name", "target"],
      record: ["steps"],
      id: ["id", "workspace_id", "worker_id", "user_id"],
      state: ["state", "purpose", "way"],
      time: ["token_revoked_at", "next_action_at", "enrolment_expires_at", "created_at", "ended_at"],
    },
  },
  pulses: {
    subject: "pulses",
    kept: "removed",
    columns: {
      content: ["name", "message", "change"],
      public_name: ["target_repository", "target_branch"],
      setting: ["kind", "schedule", "time_zone", "jitter", "rest", "recovery"],
      random: ["jitter_secret"],
      id: ["id", "workspace_id", "worker_id", "lane_id"],
      state: ["state", "next_slot"],
      time: ["cursor_at", "next_nominal_at", "next_due_at", "created_at", "updated_at"],
    },
  },
  pulse_progress: {
    subject: "pulses",
    kept: "parent",
    columns: {
      id: ["pulse_id", "workspace_id"],
      hash: ["recent_subjects"],
      state: ["run_count", "streak_days", "streak_on"],
    },
  },
  lanes: {
    subject: "pulses",
    kept: "account",
    columns: { id: ["id", "workspace_id", "worker_id"], public_name: ["target"], state: ["next_seq"] },
  },
  runs: {
    subject: "pulses",
    kept: "history",
    columns: {
      content: ["params"],
      public_name: ["commit_sha"],
      id: [
        "id",
        "workspace_id",
        "worker_id",
        "pulse_id",
        "lane_id",
        "recovers_run_id",
        "claim_id",
        "signal_jti",
      ],
      hash: ["subject_hash"],
      state: [
        "kind",
        "state",
        "slot",
        "generation",
        "seq",
        "fence",
        "attempts",
        "reason",
        "streak_days",
        "streak_on",
      ],
      time: [
        "nominal_at",
        "planned_at",
        "late_after",
        "window_ends_at",
        "next_action_at",
        "offered_at",
        "claimed_at",
        "lease_expires_at",
        "signal_expires_at",
        "ended_at",
        "created_at",
      ],
    },
  },
  run_notices: {
    subject: "pulses",
    kept: "parent",
    columns: {
      id: ["run_id", "workspace_id", "pulse_id"],
      state: ["kind", "reason"],
      time: ["raised_at", "dismissed_at"],
    },
  },
  repository_commits: {
    subject: "pulses",
    kept: "account",
    columns: {
      id: ["workspace_id"],
      public_name: ["repository"],
      state: ["counts", "day_commits", "granted"],
      time: ["quarters", "day_starts_at"],
    },
  },
  workspace_writes: {
    subject: "pulses",
    kept: "account",
    columns: { id: ["workspace_id"], state: ["writes", "granted"], time: ["minute_starts_at"] },
  },
  projects: {
    subject: "deployments",
    kept: "removed",
    columns: {
      content: ["name", "description"],
      setting: [
        "environments",
        "stack",
        "services",
        "sample_seconds",
        "window_seconds",
        "baseline_seconds",
        "abandon_seconds",
        "baseline_enabled",
      ],
      id: ["id", "workspace_id"],
      state: ["next_deployment_number"],
      time: ["created_at"],
    },
  },
  project_api_keys: {
    subject: "deployments",
    kept: "parent",
    columns: {
      hash: ["key_hash"],
      state: ["prefix", "last_four"],
      id: ["id", "workspace_id", "project_id"],
      time: ["last_used_at", "revoked_at", "created_at", "expires_at"],
    },
  },
  project_badges: {
    subject: "deployments",
    kept: "parent",
    columns: { id: ["project_id", "workspace_id", "badge_key"], time: ["created_at"] },
  },
  pipeline_repositories: {
    subject: "deployments",
    kept: "parent",
    columns: {
      public_name: ["name"],
      id: ["id", "project_id", "workspace_id", "repository_id", "owner_id"],
      time: ["bound_at", "last_used_at", "created_at"],
    },
  },
  metric_endpoints: {
    subject: "deployments",
    kept: "parent",
    columns: {
      sealed: ["hmac_secret_sealed", "hmac_previous_sealed", "prometheus_token_sealed"],
      setting: [
        "active_url",
        "candidate_url",
        "hmac_enabled",
        "hmac_version",
        "source",
        "prometheus",
        "interval_seconds",
        "environment",
      ],
      id: ["project_id", "workspace_id"],
      state: [
        "state",
        "last_test_error_code",
        "last_scrape_error_code",
        "baseline_version",
        "pushed_on",
        "pushed_samples",
      ],
      time: [
        "last_tested_at",
        "last_sample_at",
        "next_scrape_at",
        "hmac_previous_until",
        "baseline_since",
        "last_verified_at",
      ],
    },
  },
  endpoint_changes: {
    subject: "deployments",
    kept: "parent",
    columns: {
      setting: ["source", "host", "replaced", "environment"],
      id: ["id", "workspace_id", "project_id", "actor_id"],
      state: ["kind", "reason", "baseline_version"],
      time: ["created_at"],
    },
  },
  metric_samples: {
    subject: "deployments",
    kept: "days30",
    columns: {
      measure: ["requests_per_sec", "latency_p95_ms", "error_rate", "cpu_usage", "memory_usage"],
      id: ["project_id", "workspace_id"],
      setting: ["environment"],
      state: ["missing_reason"],
      time: ["at"],
    },
  },
  metric_rollups: {
    subject: "deployments",
    kept: "parent",
    columns: {
      measure: [
        "requests_per_sec_mean",
        "requests_per_sec_min",
        "requests_per_sec_max",
        "latency_p95_ms_mean",
        "latency_p95_ms_min",
        "latency_p95_ms_max",
        "error_rate_mean",
        "error_rate_min",
        "error_rate_max",
        "cpu_usage_mean",
        "cpu_usage_min",
        "cpu_usage_max",
        "memory_usage_mean",
        "memory_usage_min",
        "memory_usage_max",
      ],
      id: ["project_id", "workspace_id"],
      setting: ["environment"],
      state: ["samples", "missing"],
      time: ["at"],
    },
  },
  deployments: {
    subject: "deployments",
    kept: "parent",
    columns: {
      public_name: ["branch", "version", "commit_sha", "pr", "actor", "run_url"],
      id: ["id", "workspace_id", "project_id"],
      setting: ["environment", "service", "measured_environment"],
      state: ["number", "is_rollback", "state", "pipeline_result", "verdict_state", "confidence"],
      time: [
        "started_at",
        "finished_at",
        "observe_until",
        "abandon_at",
        "ended_at",
        "next_action_at",
        "committed_at",
      ],
    },
  },
  slack_settings: {
    subject: "deployments",
    kept: "parent",
    columns: {
      sealed: ["webhook_url_sealed"],
      setting: ["channel", "enabled", "kinds"],
      id: ["project_id", "workspace_id"],
      state: ["webhook_last_four", "switched_off_reason"],
      time: ["switched_off_at", "held_until", "created_at"],
    },
  },
  slack_deliveries: {
    subject: "deployments",
    kept: "parent",
    columns: {
      id: ["deployment_id", "workspace_id", "project_id"],
      state: ["moment", "kind", "state", "attempts", "reason"],
      time: ["queued_at", "next_attempt_at", "ended_at"],
    },
  },
  deployment_notices: {
    subject: "deployments",
    kept: "parent",
    columns: {
      id: ["deployment_id", "workspace_id"],
      state: ["kind", "mail_attempts"],
      time: ["raised_at", "dismissed_at", "mailed_at", "mail_due_at"],
    },
  },
  verdicts: {
    subject: "deployments",
    kept: "parent",
    columns: {
      measure: ["document"],
      id: ["deployment_id", "workspace_id"],
      setting: ["policy"],
      state: ["state", "confidence", "final", "engine_version", "missed_scrapes", "dry_run"],
      time: ["decided_at", "created_at"],
    },
  },
  verdict_policies: {
    subject: "deployments",
    kept: "parent",
    columns: {
      setting: ["document", "environment"],
      id: ["id", "workspace_id", "project_id", "changed_by"],
      state: ["version"],
      time: ["created_at"],
    },
  },
  verdict_follow_ups: {
    subject: "deployments",
    kept: "parent",
    columns: {
      measure: ["document"],
      id: ["deployment_id", "workspace_id"],
      state: ["look", "state"],
      time: ["due_at", "looked_at"],
    },
  },
  verdict_feedback: {
    subject: "deployments",
    kept: "parent",
    columns: {
      content: ["note"],
      id: ["deployment_id", "workspace_id", "given_by"],
      state: ["judgement"],
      time: ["given_at"],
    },
  },
  idempotency_keys: {
    subject: "deployments",
    kept: "hours24",
    columns: {
      hash: ["body_hash"],
      id: ["project_id", "key", "workspace_id", "deployment_id"],
      time: ["expires_at"],
    },
  },
  workspace_deployments: {
    subject: "deployments",
    kept: "account",
    columns: { id: ["workspace_id"], state: ["used"], time: ["month"] },
  },
  workspace_quotas: {
    subject: "deployments",
    kept: "account",
    columns: {
      id: ["workspace_id"],
      setting: ["projects", "environments", "path_changes_per_month", "host_changes_per_month"],
    },
  },
  audit_entries: {
    subject: "audit",
    kept: "account",
    columns: {
      record: ["action", "actor_kind", "subject_kind", "facts"],
      id: ["id", "workspace_id", "actor_id", "subject_id", "request_id"],
      time: ["recorded_at"],
    },
  },
  audit_leaves: {
    subject: "audit",
    kept: "log",
    columns: {
      random: ["salt"],
      id: ["leaf_index", "entry_id", "workspace_id"],
      time: ["recorded_at"],
    },
  },
  audit_nodes: {
    subject: "audit",
    kept: "log",
    columns: { hash: ["hash"], id: ["level", "node_index"] },
  },
  audit_pending: {
    subject: "audit",
    kept: "delivered",
    columns: { id: ["entry_id"], time: ["recorded_at"] },
  },
  audit_checkpoints: {
    subject: "audit",
    kept: "log",
    columns: { signed: ["root_hash", "note"], id: ["tree_size"], time: ["made_at"] },
  },
  audit_keys: {
    subject: "audit",
    kept: "log",
    columns: { signed: ["public_key"], id: ["name", "id"], time: ["first_used_at"] },
  },
  data_keys: {
    subject: "vault",
    kept: "account",
    columns: {
      wrapped: ["key_wrapped"],
      sealed: ["former_key_sealed"],
      id: ["id", "workspace_id", "keyring_key_id", "former_id"],
      state: ["seals"],
      time: ["created_at", "wrapped_at"],
    },
  },
  keyring_keys: {
    subject: "vault",
    kept: "installation",
    columns: {
      hash: ["check_value"],
      id: ["id"],
      state: ["wraps"],
      time: ["first_seen_at", "current_since", "retired_at"],
    },
  },
  outbox: {
    subject: "operations",
    kept: "delivered",
    columns: { passing: ["body"], id: ["id", "topic", "key"], time: ["created_at"] },
  },
  stream_entries: {
    subject: "operations",
    kept: "delivered",
    columns: {
      passing: ["body"],
      id: ["id", "stream", "key", "consumer"],
      state: ["deliveries"],
      time: ["appended_at", "delivered_at"],
    },
  },
  stream_delayed: {
    subject: "operations",
    kept: "delivered",
    columns: { passing: ["body"], id: ["id", "stream", "key"], time: ["due_at"] },
  },
  stream_dead_letters: {
    subject: "operations",
    kept: "removed",
    columns: {
      passing: ["body"],
      id: ["id", "stream", "key"],
      state: ["deliveries", "reason"],
      time: ["dead_at"],
    },
  },
  stream_epochs: {
    subject: "operations",
    kept: "installation",
    columns: { id: ["stream", "epoch"] },
  },
  stream_marks: {
    subject: "operations",
    kept: "installation",
    columns: { id: ["stream", "shard", "epoch"], state: ["beat"], time: ["claimed_until"] },
  },
  worker_watch: {
    subject: "operations",
    kept: "installation",
    columns: { id: ["id"], time: ["since", "looked_at"] },
  },
  process_heartbeats: {
    subject: "operations",
    kept: "installation",
    columns: {
      id: ["process"],
      state: ["roles", "version", "loops"],
      time: ["started_at", "seen_at"],
    },
  },
};
