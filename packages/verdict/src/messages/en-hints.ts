export const enHints = {
  "hint.service_degradation.title": "Service degradation",
  "hint.service_degradation.cause":
    "Errors ({errors|percent}) and latency ({latency_change|signed}) rose together: a code path or something it calls is failing slowly, often through time-outs.",
  "hint.partial_outage.title": "Partial outage suspected",
  "hint.partial_outage.cause":
    "Errors rose while traffic fell by {traffic_drop|percent}: part of the instances or routes no longer answers.",
  "hint.retry_storm.title": "Retry storm suspected",
  "hint.retry_storm.cause":
    "Errors and traffic rose together: clients repeat failed requests and add load to a failing service.",
  "hint.high_errors.title": "High error rate",
  "hint.high_errors.cause":
    "{errors|percent} of the requests fail, {errors_before|percent} did before: most often an exception on a changed path, a missing setting or an incompatible schema.",
  "hint.high_latency.title": "High latency",
  "hint.high_latency.cause":
    "The 95th percentile went from {latency_before|ms} to {latency|ms} ({latency_change|signed}).",
  "hint.compute_saturation.title": "Compute saturation suspected",
  "hint.compute_saturation.cause":
    "Latency and CPU rose together (CPU {cpu|percent}): requests wait for processor time.",
  "hint.slow_dependency.title": "Slow dependency suspected",
  "hint.slow_dependency.cause":
    "Latency rose while CPU did not: requests wait for something else, such as a query, a lock or a remote call.",
  "hint.traffic_below_baseline.title": "Traffic below its baseline",
  "hint.traffic_below_baseline.cause":
    "Requests fell by {traffic_drop|percent}: instances out of rotation, a broken route, or clients that give up.",
  "hint.cpu_spike.title": "CPU above its baseline",
  "hint.cpu_spike.cause":
    "CPU went from {cpu_before|percent} to {cpu|percent}: the new version does more work for the same requests.",
  "hint.memory_above_limit.title": "Memory above its limit",
  "hint.memory_above_limit.cause":
    "Memory is at {memory|percent}: the process may be ended by the system at any moment.",
  "hint.memory_near_limit.title": "Memory near its limit",
  "hint.memory_near_limit.cause": "Memory is at {memory|percent}, close to its limit.",
  "hint.memory_above_baseline.title": "Memory above its baseline",
  "hint.memory_above_baseline.cause":
    "Memory went from {memory_before|percent} to {memory|percent}: larger caches, more objects kept, or a leak.",
  "hint.memory_leak.title": "Memory leak suspected",
  "hint.memory_leak.cause":
    "Memory keeps growing by about {memory_slope|points} points per hour since the deployment.",
  "hint.critical_metric.title": "A critical metric regressed",
  "hint.critical_metric.cause": "{metric} regressed, and the project's policy calls it critical.",
  "hint.guardrail_broken.title": "Limit broken",
  "hint.guardrail_broken.cause": "{metric} is beyond a limit that it kept before the deployment.",
  "hint.cold_start_only.title": "Cold start only",
  "hint.cold_start_only.cause":
    "{metric} was worse at first and is back to normal: caches, connections or compilation were warming up.",
  "hint.persistent_breach.title": "Persistent breach",
  "hint.persistent_breach.cause":
    "{metric} is beyond its baseline in {breach_share|percent} of the samples and does not recover by itself.",
  "hint.started_with_deployment.title": "Started with the deployment",
  "hint.started_with_deployment.cause":
    "{metric} was worse from the first samples on: the new version itself is the first suspect.",
  "hint.started_later.title": "Started some time after the deployment",
  "hint.started_later.cause":
    "{metric} got worse {onset_seconds|seconds} s after the first sample: look for something that builds up, a scheduled job or an outside change.",
  "hint.resources_steady.title": "Resources are steady",
  "hint.resources_steady.cause":
    "CPU and memory did not move: capacity is not the problem; code, settings or a dependency is.",
  "hint.users_unaffected.title": "Users do not feel it yet",
  "hint.users_unaffected.cause": "Errors and latency stayed within their baseline.",
  "hint.review_changes.title": "What this deployment changed",
  "hint.review_changes.cause":
    "The comparison is with the version before: whatever differs between the two is the list of suspects.",
  "hint.pre_existing_condition.title": "Pre-existing condition",
  "hint.pre_existing_condition.cause":
    "{metric} was beyond its limit before the deployment: this deployment did not cause it.",
  "hint.latency_improved.title": "Latency improved",
  "hint.latency_improved.cause":
    "The 95th percentile went from {latency_before|ms} to {latency|ms} ({latency_change|signed}).",
  "hint.baseline_too_short.title": "Baseline too short",
  "hint.baseline_too_short.cause":
    "{pre_samples|only} from before the deployment: the service's normal noise is hardly known.",
  "hint.metric_silent.title": "A metric went silent",
  "hint.metric_silent.cause":
    "{metric} was reported before the deployment and is not any more; nothing can be said about it.",
  "hint.data_quality.title": "Incomplete measurements",
  "hint.data_quality.cause":
    "{coverage|percent} of the expected samples came; what happened in between is unknown.",
  "hint.low_traffic.title": "Too little traffic to judge",
  "hint.low_traffic.cause": "There were too few requests since the deployment to estimate an error rate.",
  "hint.pipeline_failed_healthy.title": "Pipeline failed, metrics healthy",
  "hint.pipeline_failed_healthy.cause":
    "The pipeline reported a failure, but nothing in the service's metrics got worse: the new version may not be running at all.",
  "hint.pipeline_failed_degraded.title": "Pipeline failed, metrics worse",
  "hint.pipeline_failed_degraded.cause":
    "The pipeline reported a failure and the metrics got worse: the deployment may have stopped half-way.",
  "hint.unspecific.title": "No specific cause found",
  "hint.unspecific.cause": "The metrics got worse in a way that fits no known pattern.",
  "action.roll_back": "Roll back to the previous version, then look for the cause.",
  "action.read_error_logs": "Read the error logs since the deployment, grouped by route and exception.",
  "action.compare_routes": "Compare routes: one failing route points to its latest change.",
  "action.check_settings": "Check settings, secrets and schema migrations of the new version.",
  "action.check_timeouts": "Check time-outs and connection pools towards dependencies.",
  "action.trace_slow_requests": "Trace slow requests and find the span that grew.",
  "action.check_queries": "Look at slow queries, missing indexes and lock waits.",
  "action.check_dependencies": "Check the state of databases, caches and remote services that it calls.",
  "action.profile_cpu": "Take a CPU profile and compare it with the previous version's.",
  "action.scale_out": "Add instances or raise the CPU limit while you look.",
  "action.check_instances": "Check that every instance is ready and in the load balancer.",
  "action.check_routing": "Check routes, host names, certificates and redirects.",
  "action.check_traffic_source": "Check whether clients, campaigns or scheduled jobs changed their traffic.",
  "action.limit_retries": "Limit retries with back-off, and open circuit breakers.",
  "action.take_heap_snapshot": "Take two heap snapshots some minutes apart and compare what stays.",
  "action.check_memory_limit": "Check the memory limit and how close restarts are.",
  "action.check_caches": "Check the size and lifetime of caches and queues.",
  "action.watch_next_hour": "Watch the metric for the next hour.",
  "action.warm_up": "Warm up caches and connections before an instance takes traffic.",
  "action.review_diff": "Read the difference between the two versions, dependencies included.",
  "action.check_flags": "Check feature flags and configuration that changed with it.",
  "action.check_jobs": "Look for scheduled jobs and queues that started at that time.",
  "action.fix_before_next": "Fix it before the next deployment, or change the limit.",
  "action.measure_longer": "Let the service be measured for longer before the next deployment.",
  "action.check_endpoint": "Check that the metrics endpoint answers and still reports the metric.",
  "action.check_pipeline": "Read the pipeline's log and check which version is running.",
  "action.finish_or_revert": "Finish or revert the deployment, so that one version runs everywhere.",
  "action.keep": "Nothing to do; keep what caused it.",
  "action.lengthen_window": "Lengthen the observation window or deploy at a busier time.",
} as const satisfies Record<string, string>;
