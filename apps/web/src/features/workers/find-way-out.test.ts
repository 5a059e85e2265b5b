import { readFileSync } from "node:fs";
import { provisioningErrorCodeSchema } from "@pulsekeep/contracts/api/workers";
import { describe, expect, it } from "vitest";
import type { ProvisioningStep } from "../../api/types";
import { findWayOut } from "./find-way-out";

const failed = (errorCode: string, errorFacts: Record<string, string> = {}): ProvisioningStep => ({
  name: "repository",
  state: "failed",
  startedAt: null,
  endedAt: null,
  facts: {},
  errorCode,
  errorFacts,
});
const facts = (step: ProvisioningStep) => ({
  githubUrl: "https://github.test",
  revokeUrl: "https://github.test/settings/connections/applications/x",
  repository: null,
  step,
});

describe("a step that failed", () => {
  it("has words in every language for every reason there is", () => {
    const codes = [
      ...provisioningErrorCodeSchema.options,
      "internal",
      "interrupted",
      "code_expired",
      "worker_removed",
    ];
    for (const locale of ["en", "fr", "es", "de"]) {
      const text = readFileSync(new URL(`../../../messages/${locale}.json`, import.meta.url), "utf8");
      const { reasons } = JSON.parse(text) as { reasons: Record<string, string> };
      expect(codes.filter((code) => reasons[code] === undefined)).toEqual([]);
    }
  });

  it("says until when GitHub refuses the next try", () => {
    const retryAt = "2026-11-22T10:20:00.000Z";
    for (const code of ["github_rate_limited", "github_secondary_limited"])
      expect(findWayOut(facts(failed(code, { retryAt })))).toEqual({ retryAt });
  });

  it("leads to the page of GitHub that helps", () => {
    const sso = findWayOut(facts(failed("sso_required", { organization: "octo-org" })));
    expect(sso.open).toEqual({ place: "sso", url: "https://github.test/orgs/octo-org/sso" });
    const taken = findWayOut(facts(failed("repository_name_taken", { repository: "a/b" })));
    expect(taken).toEqual({ open: { place: "repository", url: "https://github.test/a/b" }, rename: true });
  });

  it("makes no link of what it does not know", () => {
    expect(findWayOut(facts(failed("sso_required")))).toEqual({});
    expect(findWayOut(facts(failed("actions_disabled")))).toEqual({});
    expect(findWayOut(facts(failed("something_new")))).toEqual({});
  });
});
