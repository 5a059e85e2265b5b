/**
 * The audience that a worker asks GitHub to write into its OIDC token and that the server demands: this server
 * and this worker, so that a token minted for anybody else, or GitHub's default audience, does not pass.
 *
 * @throws TypeError when `serverUrl` is not a URL
 */
export function runnerAudience(input: { serverUrl: string; clientId: string }): string {
  return `keepstreak:${new URL(input.serverUrl).origin}:${input.clientId}`;
}
