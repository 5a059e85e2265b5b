import { describe, expect, it } from "vitest";
import type { ProvisioningStep } from "../../api/types";
import { getConsentFate } from "./consent-fate";

function consentStep(state: ProvisioningStep["state"], errorCode: string | null = null): ProvisioningStep[] {
  return [{ name: "consent", state, startedAt: null, endedAt: null, facts: {}, errorCode, errorFacts: {} }];
}

describe("getConsentFate", () => {
  it("says of a consent that GitHub refused or let expire that there never was a token", () => {
    for (const code of ["consent_refused", "consent_expired"]) {
      const steps = consentStep("failed", code);
      expect(getConsentFate({ state: "failed", steps, tokenRevokedAt: null })).toBe("notGiven");
    }
  });

  it("claims nothing when GitHub's answer was lost, for the token may exist", () => {
    for (const code of ["github_unavailable", "github_unexpected", "interrupted"]) {
      const steps = consentStep("failed", code);
      expect(getConsentFate({ state: "failed", steps, tokenRevokedAt: null })).toBe("notProven");
    }
    expect(getConsentFate({ state: "failed", steps: consentStep("done"), tokenRevokedAt: null })).toBe(
      "notProven",
    );
  });

  it("believes only a recorded revocation, whatever else happened", () => {
    const tokenRevokedAt = "2026-11-20T10:00:00Z";
    const steps = consentStep("failed", "consent_scope_missing");
    expect(getConsentFate({ state: "failed", steps, tokenRevokedAt })).toBe("revoked");
  });

  it("tells waiting for the consent from using it", () => {
    const steps = consentStep("waiting");
    expect(getConsentFate({ state: "awaiting_consent", steps, tokenRevokedAt: null })).toBe("awaited");
    expect(getConsentFate({ state: "verifying", steps, tokenRevokedAt: null })).toBe("inUse");
  });
});
