/** Where GitHub is, for the one page that speaks with it itself; the installation may name another. */
export function getGitHubAddresses(): { githubUrl: string; apiUrl: string } {
  return {
    githubUrl: process.env["GITHUB_URL"] || "https://github.com",
    apiUrl: process.env["GITHUB_API_URL"] || "https://api.github.com",
  };
}
