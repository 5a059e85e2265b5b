import { describe, expect, it } from "vitest";
import { parseEnvironments } from "./environments";
import { getCurlSnippet, getGitHubActionsSnippet } from "./snippets";

const values = {
  origin: "https://pulse.example",
  environment: "prod",
  metricsEndpoint: "https://api.example/m",
};

describe("snippets", () => {
  it("carry the project's own values and never a key", () => {
    for (const snippet of [getGitHubActionsSnippet(values), getCurlSnippet(values)]) {
      expect(snippet).toContain("https://pulse.example");
      expect(snippet).toContain("https://api.example/m");
      expect(snippet).toContain('"prod"');
      expect(snippet).not.toMatch(/SP_[0-9a-f]/);
    }
  });

  it("tell the end of a deployment even when it failed", () => {
    expect(getGitHubActionsSnippet(values)).toContain("if: always()");
  });

  it("leave the endpoint out while the project has none", () => {
    expect(getCurlSnippet({ ...values, metricsEndpoint: null })).not.toContain("metrics_endpoint");
  });
});

describe("parseEnvironments", () => {
  it("takes commas and spaces, and each name once", () => {
    expect(parseEnvironments(" prod, staging  prod;dev ")).toEqual(["prod", "staging", "dev"]);
    expect(parseEnvironments(" , ")).toEqual([]);
  });
});
