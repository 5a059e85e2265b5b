type GateValues = { origin: string; projectId: string; environment: string };

/** A step that asks until the verdict is final, for at most an hour, and fails when a rollback is recommended, unless the policy is a dry run. */
export function getGateSnippet({ origin }: Pick<GateValues, "origin">): string {
  return `      - name: Wait for the verdict
        if: success() && steps.seqpulse.outputs.deployment_id
        env:
          SEQPULSE_API_KEY: \${{ secrets.SEQPULSE_API_KEY }}
          DEPLOYMENT_ID: \${{ steps.seqpulse.outputs.deployment_id }}
        timeout-minutes: 60
        run: |
          while :; do
            answer=$(curl --fail-with-body --silent --show-error --max-time 70 --retry 5 --retry-all-errors \\
              -H "X-API-Key: $SEQPULSE_API_KEY" \\
              "${origin}/api/v1/deployments/$DEPLOYMENT_ID/wait?seconds=50")
            gate=$(jq -r .gate <<< "$answer")
            [ "$gate" != pending ] && break
          done
          jq -r '.deployment.verdict.reasons[].message.text' <<< "$answer"
          jq -r '"Verdict: " + .deployment.verdictState + (if .deployment.dryRun then " (dry run)" else "" end)' <<< "$answer"
          [ "$gate" = passed ]
`;
}

/** A workflow without any secret: GitHub's token for this project's audience instead of a key. */
export function getKeylessSnippet({ origin, projectId, environment }: GateValues): string {
  return `permissions:
  contents: read
  id-token: write

jobs:
  deploy:
    runs-on: ubuntu-latest
    env:
      SEQPULSE_URL: ${origin}
      SEQPULSE_AUDIENCE: ${origin}/projects/${projectId}
    steps:
      - uses: actions/checkout@v5

      - name: Tell SeqPulse that a deployment starts
        id: seqpulse
        continue-on-error: true
        run: |
          token=$(curl --fail --silent --show-error -H "Authorization: Bearer $ACTIONS_ID_TOKEN_REQUEST_TOKEN" \\
            "$ACTIONS_ID_TOKEN_REQUEST_URL&audience=$SEQPULSE_AUDIENCE" | jq -r .value)
          body=$(jq -n --arg committed "$(git log -1 --format=%cI)" '{
                environment: ${JSON.stringify(environment)},
                branch: env.GITHUB_REF_NAME,
                commitSha: env.GITHUB_SHA,
                committedAt: $committed,
                actor: env.GITHUB_ACTOR,
                runUrl: "\\(env.GITHUB_SERVER_URL)/\\(env.GITHUB_REPOSITORY)/actions/runs/\\(env.GITHUB_RUN_ID)"
              }')
          curl --fail-with-body --silent --show-error --max-time 10 \\
            -H "Authorization: Bearer $token" -H "Content-Type: application/json" \\
            -H "Idempotency-Key: \${GITHUB_RUN_ID}-\${GITHUB_RUN_ATTEMPT}" \\
            -d "$body" "$SEQPULSE_URL/api/v1/deployments" |
            jq -r '"deployment_id=" + .id' >> "$GITHUB_OUTPUT"

      - name: Deploy
        run: ./deploy.sh

      - name: Tell SeqPulse that it is done
        if: always() && steps.seqpulse.outputs.deployment_id
        continue-on-error: true
        env:
          DEPLOYMENT_ID: \${{ steps.seqpulse.outputs.deployment_id }}
          RESULT: \${{ job.status == 'success' && 'success' || 'failed' }}
        run: |
          # A token lives for minutes: each call asks for its own.
          token=$(curl --fail --silent --show-error -H "Authorization: Bearer $ACTIONS_ID_TOKEN_REQUEST_TOKEN" \\
            "$ACTIONS_ID_TOKEN_REQUEST_URL&audience=$SEQPULSE_AUDIENCE" | jq -r .value)
          curl --fail-with-body --silent --show-error --max-time 10 \\
            -H "Authorization: Bearer $token" -H "Content-Type: application/json" \\
            -d "$(jq -n '{result: env.RESULT}')" \\
            "$SEQPULSE_URL/api/v1/deployments/$DEPLOYMENT_ID/finish"
`;
}
