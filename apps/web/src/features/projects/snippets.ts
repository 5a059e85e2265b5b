type SnippetValues = { origin: string; environment: string; metricsEndpoint: string | null };

/** A complete workflow: tells SeqPulse before and after the deployment, and never blocks it. */
export function getGitHubActionsSnippet({ origin, environment, metricsEndpoint }: SnippetValues): string {
  const endpoint = metricsEndpoint
    ? `\n                metrics_endpoint: ${JSON.stringify(metricsEndpoint)},`
    : "";
  return `name: deploy
on:
  push:
    branches: [main]

jobs:
  deploy:
    runs-on: ubuntu-latest
    env:
      SEQPULSE_URL: ${origin}
    steps:
      - uses: actions/checkout@v5

      - name: Tell SeqPulse that a deployment starts
        id: seqpulse
        continue-on-error: true
        env:
          SEQPULSE_API_KEY: \${{ secrets.SEQPULSE_API_KEY }}
        run: |
          body=$(jq -n --arg key "\${GITHUB_RUN_ID}-\${GITHUB_RUN_ATTEMPT}" --arg committed "$(git log -1 --format=%cI)" '{
                env: ${JSON.stringify(environment)},
                branch: env.GITHUB_REF_NAME,
                commit_sha: env.GITHUB_SHA,
                committed_at: $committed,${endpoint}
                run_url: "\\(env.GITHUB_SERVER_URL)/\\(env.GITHUB_REPOSITORY)/actions/runs/\\(env.GITHUB_RUN_ID)",
                idempotency_key: $key
              }')
          curl --fail-with-body --silent --show-error --max-time 10 \\
            -H "X-API-Key: $SEQPULSE_API_KEY" \\
            -H "X-Idempotency-Key: \${GITHUB_RUN_ID}-\${GITHUB_RUN_ATTEMPT}" \\
            -H "Content-Type: application/json" \\
            -d "$body" "$SEQPULSE_URL/deployments/trigger" |
            jq -r '"deployment_id=" + .deployment_id' >> "$GITHUB_OUTPUT"

      - name: Deploy
        run: ./deploy.sh

      - name: Tell SeqPulse that it is done
        if: always() && steps.seqpulse.outputs.deployment_id
        continue-on-error: true
        env:
          SEQPULSE_API_KEY: \${{ secrets.SEQPULSE_API_KEY }}
          DEPLOYMENT_ID: \${{ steps.seqpulse.outputs.deployment_id }}
          RESULT: \${{ job.status == 'success' && 'success' || 'failed' }}
        run: |
          curl --fail-with-body --silent --show-error --max-time 10 \\
            -H "X-API-Key: $SEQPULSE_API_KEY" \\
            -H "Content-Type: application/json" \\
            -d "$(jq -n '{deployment_id: env.DEPLOYMENT_ID, result: env.RESULT}')" \\
            "$SEQPULSE_URL/deployments/finish"
`;
}

/** The same two calls for any other pipeline. */
export function getCurlSnippet({ origin, environment, metricsEndpoint }: SnippetValues): string {
  const body = {
    env: environment,
    branch: "main",
    ...(metricsEndpoint ? { metrics_endpoint: metricsEndpoint } : {}),
  };
  return `# Before the deployment. Keep deployment_id from the answer.
curl --fail-with-body -X POST ${origin}/deployments/trigger \\
  -H "X-API-Key: $SEQPULSE_API_KEY" \\
  -H "X-Idempotency-Key: $PIPELINE_RUN_ID" \\
  -H "Content-Type: application/json" \\
  -d '${JSON.stringify(body)}'

# After it, whatever came of it: "success" or "failed".
curl --fail-with-body -X POST ${origin}/deployments/finish \\
  -H "X-API-Key: $SEQPULSE_API_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{"deployment_id":"'"$DEPLOYMENT_ID"'","result":"success"}'
`;
}

/** One sample, sent by the service itself. */
export function getPushSnippet(origin: string): string {
  const metrics = {
    requests_per_sec: 42.5,
    latency_p95: 120,
    error_rate: 0.002,
    cpu_usage: 0.35,
    memory_usage: 0.5,
  };
  return `curl --fail-with-body -X POST ${origin}/api/v1/samples \\
  -H "X-API-Key: $SEQPULSE_API_KEY" \\
  -H "Content-Type: application/json" \\
  -d '${JSON.stringify({ samples: [{ metrics }] })}'
`;
}

/** What an OpenTelemetry SDK needs to know. */
export function getOtlpSnippet(origin: string): string {
  return `OTEL_METRICS_EXPORTER=otlp
OTEL_EXPORTER_OTLP_METRICS_ENDPOINT=${origin}/v1/metrics
OTEL_EXPORTER_OTLP_METRICS_PROTOCOL=http/json
OTEL_EXPORTER_OTLP_METRICS_HEADERS=X-API-Key=$SEQPULSE_API_KEY
OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE=delta
OTEL_METRIC_EXPORT_INTERVAL=10000
`;
}

/** What a service that verifies scrapes needs to know; the secret itself was shown once. */
export const getHmacSnippet = (): string => `SEQPULSE_HMAC_ENABLED=true
SEQPULSE_HMAC_SECRET=spm_...
`;
