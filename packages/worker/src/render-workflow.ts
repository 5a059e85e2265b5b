/**
 * Writes the workflow that wakes the worker every hour at `cronMinute` (0 to 59, drawn per worker so that not
 * all wake at once). It uses no action of anybody: the one step fetches `worker.mjs` of the very commit that
 * the run was started for, with the run's own token, and runs it.
 *
 * @throws RangeError for another minute or an address that is neither https nor loopback
 */
export function renderWorkflow({ cronMinute, serverUrl }: { cronMinute: number; serverUrl: string }): string {
  if (!Number.isInteger(cronMinute) || cronMinute < 0 || cronMinute > 59)
    throw new RangeError("a minute is 0 to 59");
  const { origin, protocol, hostname } = new URL(serverUrl);
  const isLoopback = protocol === "http:" && ["localhost", "127.0.0.1", "[::1]"].includes(hostname);
  if (protocol !== "https:" && !isLoopback) throw new RangeError("the server's address is not https");
  return `# Wakes the KeepStreak worker of this repository. This file is yours: KeepStreak cannot change it.
name: KeepStreak pulse

on:
  schedule:
    # Every hour. Each run costs one minute of your Actions allowance; write "${cronMinute} */3 * * *" for every third hour.
    - cron: "${cronMinute} * * * *"
  workflow_dispatch:
  repository_dispatch:
    types: [keepstreak]

# Nothing else: the worker commits (contents), starts and enables workflows (actions),
# and proves to the server which repository it runs in (id-token).
permissions:
  contents: write
  actions: write
  id-token: write

concurrency:
  group: keepstreak-pulse
  cancel-in-progress: false

jobs:
  pulse:
    runs-on: ubuntu-latest
    timeout-minutes: 10
    steps:
      - name: Run worker.mjs of this commit
        env:
          KEEPSTREAK_SERVER_URL: "${origin}"
          KEEPSTREAK_CLIENT_ID: \${{ secrets.KEEPSTREAK_CLIENT_ID }}
          HANDSHAKE_SECRET: \${{ secrets.HANDSHAKE_SECRET }}
          GITHUB_TOKEN: \${{ github.token }}
        run: |
          curl --fail --silent --show-error --retry 3 --max-time 60 \\
            --header "Authorization: Bearer $GITHUB_TOKEN" \\
            --header "Accept: application/vnd.github.raw+json" \\
            --output "$RUNNER_TEMP/worker.mjs" \\
            "$GITHUB_API_URL/repos/$GITHUB_REPOSITORY/contents/worker.mjs?ref=$GITHUB_SHA"
          node "$RUNNER_TEMP/worker.mjs"
`;
}
