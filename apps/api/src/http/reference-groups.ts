/** One heading of the API's reference. */
type ReferenceGroup = {
  name: string;
  /** One sentence. */
  description: string;
  /** What each operation does, by its operation id, in the order in which one needs them. */
  operations: Record<string, string>;
};

/** The API's reference as people read it, whichever modules serve it: what one needs first comes first. */
export const REFERENCE_GROUPS: ReferenceGroup[] = [
  {
    name: "Deployments from CI",
    description:
      "What a pipeline calls, with a project's API key or the token of a GitHub Actions run: begin, finish, wait.",
    operations: {
      Pipeline_create: "Begin a deployment",
      Pipeline_finish: "Say how the pipeline ended, and begin to observe",
      Pipeline_wait: "Wait for the verdict, at most as long as asked",
      Ci_trigger: "Begin a deployment, in SeqPulse's wire format",
      Ci_finish: "Say how the pipeline ended, in SeqPulse's wire format",
    },
  },
  {
    name: "Deployments",
    description: "Deployments with their samples and verdicts, and what people say of those.",
    operations: {
      Deployments_list: "List deployments, newest first",
      Deployments_get: "Get a deployment with its verdict",
      Deployments_counts: "Count deployments by verdict",
      Deployments_samples: "List what was measured around a deployment",
      Deployments_samplesCsv: "Download what was measured around a deployment, as CSV",
      DeploymentStream_stream: "Follow a deployment as server-sent events: samples, verdicts and states",
      Deployments_export: "Download every deployment that the filter leaves, as CSV or JSON",
      Reviews_review: "Get what is known of a verdict since: later looks and feedback",
      Reviews_giveFeedback: "Say whether a verdict was right",
      Reviews_withdrawFeedback: "Take feedback on a verdict back",
      Reviews_replay: "Judge a deployment again, with another policy if one is given; changes nothing",
      Reviews_verdictInput: "Get what a deployment is judged by: its samples and policy",
      Analytics_getDora: "Get the four keys of DORA, with how each is made",
    },
  },
  {
    name: "Hints",
    description: "What verdicts say to look at first, across deployments.",
    operations: {
      Hints_list: "List deployments with their hints",
      Hints_count: "Count hints by severity",
    },
  },
  {
    name: "Projects",
    description:
      "Projects, their API keys and signing secrets, and the repositories whose pipelines need no key.",
    operations: {
      Projects_list: "List projects",
      Projects_create: "Create a project, and see its API key once",
      Projects_get: "Get a project",
      Projects_update: "Change a project's name, services, environments or observation",
      Projects_delete: "Delete a project with everything in it",
      Projects_rotateApiKey: "Replace the API key, and see the new one once",
      Projects_revokePreviousKeys: "End the API keys before the present one at once",
      Projects_enableHmac: "Sign scrapes, and see the secret once",
      Projects_rotateHmac: "Replace the signing secret, and see the new one once",
      Projects_disableHmac: "Stop signing scrapes",
      PipelineRepositories_list: "List the repositories whose GitHub Actions runs need no API key",
      PipelineRepositories_trust: "Trust a repository's GitHub Actions runs",
      PipelineRepositories_remove: "No longer trust a repository",
    },
  },
  {
    name: "Metrics endpoints and samples",
    description:
      "Where a project's samples come from: scraped, asked of Prometheus, or pushed by the service.",
    operations: {
      Endpoints_setEndpoint: "Set the metrics endpoint to try next; the active one stays until the test",
      Endpoints_testEndpoint: "Scrape the endpoint once, and activate it if it answers",
      Endpoints_removeEndpoint: "Remove an environment's own endpoint",
      Endpoints_setBlocked: "Stop measuring and refuse deployments, or undo that",
      Endpoints_listChanges: "List changes of the endpoints",
      Endpoints_setSource: "Choose whether samples are scraped or pushed",
      Endpoints_testPrometheus: "Ask a Prometheus server once, and keep nothing",
      Endpoints_setPrometheus: "Ask a Prometheus server once, and make it the source if it answers",
      Push_push: "Push samples",
      Otlp_export: "Push samples as OpenTelemetry metrics (OTLP/HTTP, JSON)",
      Endpoints_getSeries: "Get a project's samples over a time",
    },
  },
  {
    name: "Policies",
    description: "What verdicts are reached by, and how often they were right.",
    operations: {
      Policies_get: "Get the policies in force",
      Policies_update: "Put a new version of a policy in force",
      Policies_history: "List the versions of a policy",
      VerdictQuality_preview: "Try a policy on the last twenty deployments; changes nothing",
      VerdictQuality_quality: "Get how often verdicts were right, by what people said",
    },
  },
  {
    name: "Notices",
    description: "What somebody should look at, in the product, live, or in Slack.",
    operations: {
      DeploymentNotices_list: "List deployments that somebody should look at",
      DeploymentNotices_dismiss: "Dismiss a deployment's notice",
      RunNotices_list: "List runs that were late, missed, recovered, failed or left unknown",
      RunNotices_dismiss: "Dismiss one notice of a run",
      RunNotices_dismissAll: "Dismiss all notices of runs up to an instant",
      Workers_listNotices: "List workers that stay away, or whose secret expires",
      Workers_dismissNotices: "Dismiss the notices that a worker's secret expires",
      Workers_dismissSilence: "Dismiss the notice that a worker stays away",
      Events_stream: "Follow the workspace as server-sent events",
      Slack_get: "Get a project's Slack settings",
      Slack_change:
        "Change a project's Slack settings; what is absent stays, another webhook needs a recent sign-in",
      Slack_test: "Send a test message, and get what Slack said",
      Slack_remove: "Remove Slack from a project",
    },
  },
  {
    name: "Badges",
    description: "The state of the latest deployment, for a README.",
    operations: {
      Badges_get: "Get the addresses of a project's badge",
      Badges_enable: "Make a project's badge public",
      Badges_disable: "Take a project's badge back",
      PublicBadges_getSvg: "Get the badge as a picture",
      PublicBadges_getJson: "Get the badge as badge services read it",
    },
  },
  {
    name: "Pulses",
    description: "What is to be done regularly, when, and by which worker.",
    operations: {
      Pulses_list: "List pulses",
      Pulses_preview: "Get when a schedule would run, before it is saved",
      Pulses_create: "Create a pulse",
      Pulses_get: "Get a pulse",
      Pulses_update: "Change a pulse, or pause it",
      Pulses_delete: "Delete a pulse",
      Pulses_runNow: "Run a pulse now",
    },
  },
  {
    name: "Runs",
    description: "Each time that a pulse was due or was asked for, and what came of it.",
    operations: {
      Runs_list: "List runs, newest first",
      Runs_get: "Get a run",
      Runs_cancel: "Cancel a run that has not ended",
    },
  },
  {
    name: "Workers",
    description:
      "The workers that do a user's runs with the user's own credentials, and how they are set up.",
    operations: {
      Workers_list: "List workers",
      Provisionings_start: "Set a worker up in a new GitHub repository; begins with GitHub's consent page",
      Provisionings_startOnOwnMachine: "Get a one-time code to set a worker up from one's own machine",
      Provisionings_get: "Get how far setting a worker up has come",
      Provisionings_confirm: "Confirm that a new worker's repository is one's own",
      Provisionings_retry: "Try again to set a worker up",
      Workers_files: "Get the files of a worker's repository, to put them there by hand",
      Workers_get: "Get a worker",
      CheckpointExport_set: "Choose whether a worker keeps the audit log in its repository",
      Workers_remove: "Remove a worker",
    },
  },
  {
    name: "Worker protocol",
    description:
      "What workers themselves call, from enrolment to reports; once enrolled, every request and answer is signed.",
    operations: {
      Enrolments_enrol: "Exchange the one-time code for the worker's secret, this once",
      Enrolments_installed: "Say that the files and secrets are where they belong",
      Enrolments_failed: "Say that installing the worker failed",
      Enrolments_status: "Get how far the enrolment has come",
      WorkerProtocol_hello: "Shake hands: prove who the worker is, and learn when to come again",
      WorkerProtocol_claim: "Claim runs, waiting for some if asked; each comes with its signed signal",
      WorkerProtocol_heartbeat: "Keep claimed runs for longer",
      WorkerProtocol_report: "Report what came of a run",
      WorkerProtocol_release: "Give claimed runs back undone",
      Releases_getManifest: "Get the signed manifest of a release, and the replacements of the keys",
      Releases_getSource: "Get the script of a release",
    },
  },
  {
    name: "Account and sign-in",
    description:
      "Who is signed in, and their workspace; signing up, in and out itself is served under `/api/auth`.",
    operations: {
      Identity_signInOptions: "Get the ways to sign in",
      Identity_me: "Get who is signed in",
      Identity_updateMe: "Change the name, language or time zone",
      SignInAgain_terms: "Get how to confirm who one is",
      SignInAgain_signInAgain: "Confirm who one is with the password, before something sensitive",
      Overview_get: "Get the workspace at a glance",
      QuotaUse_get: "Get what the workspace may use, and how much of it is used",
      AccountDeletion_terms: "Get what deleting the account asks for, and which repositories stay",
      AccountDeletion_deleteAccount: "Delete the account with everything in it",
    },
  },
  {
    name: "Audit and security",
    description: "Who did what, in a log that anybody can check, and what PulseKeep holds and does not hold.",
    operations: {
      Audit_list: "List the workspace's audit entries, newest first",
      Audit_getExport: "Download audit entries with their proofs",
      Audit_getProof: "Prove that an entry is in the log",
      AuditLog_listCheckpoints: "List the log's signed checkpoints",
      AuditLog_getConsistency: "Prove that the log has only grown between two checkpoints",
      AuditLog_listLeaves: "List the hashes of the log's entries",
      AuditLog_getKeys: "Get the keys that sign checkpoints",
      Proof_getProof: "Get the workspace's own proof of security",
      Proof_listLinks: "List the links to the proof",
      Proof_createLink: "Share the proof by a link that expires",
      Proof_revokeLink: "Revoke a link to the proof",
      Security_getShared: "Read a shared proof",
      Security_getSecurity: "Get what PulseKeep holds, and the checks of it",
      Security_getVerifier: "Download the program that checks proofs",
    },
  },
  {
    name: "Health",
    description:
      "Whether the server works, for monitors and load balancers; 503 with reasons when it does not.",
    operations: {
      Observability_getHealth: "Get whether the server works",
      Observability_getSchedulerHealth: "Get whether scheduling goes on, in every process",
    },
  },
  {
    name: "Admin",
    description: "For those who run this installation.",
    operations: {
      Admin_getSystem: "Get the health of the whole system",
      AuditLog_getHealth: "Get the health of the audit log",
      Admin_listDeadLetters: "List a stream's messages that could not be handled",
      Admin_replayDeadLetter: "Handle such a message again",
      Quotas_find: "Get a workspace's quotas, by its owner's address",
      Quotas_set: "Set a workspace's quotas",
      Analytics_getLifecycle: "Get how far the installation's people get, in counts",
    },
  },
];
