import { expect, it } from "vitest";
import { getGateSnippet, getKeylessSnippet } from "./gate-snippet";

const values = { origin: "https://pulse.example", projectId: "0190-project", environment: "prod" };

it("asks for a token of this project's audience, and stores no secret", () => {
  const snippet = getKeylessSnippet(values);
  expect(snippet).toContain("SEQPULSE_AUDIENCE: https://pulse.example/projects/0190-project");
  expect(snippet).toContain("id-token: write");
  expect(snippet).not.toContain("secrets.");
});

it("fails the pipeline as the server says, which knows of dry runs", () => {
  const snippet = getGateSnippet(values);
  expect(snippet).toContain("https://pulse.example/api/v1/deployments/$DEPLOYMENT_ID/wait?seconds=50");
  expect(snippet).toContain('[ "$gate" = passed ]');
});
