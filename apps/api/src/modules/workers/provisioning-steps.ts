import type { ProvisioningStepName } from "@pulsekeep/contracts/api/workers";
import type { ProvisioningStepRow } from "@pulsekeep/database";

const STEP_NAMES: readonly ProvisioningStepName[] = [
  "consent",
  "repository",
  "files",
  "secrets",
  "wake",
  "revoke",
  "verify",
];

export const newSteps = (): ProvisioningStepRow[] =>
  STEP_NAMES.map((name) => ({
    name,
    state: "waiting",
    startedAt: null,
    endedAt: null,
    facts: {},
    errorCode: null,
  }));

type StepEvent =
  | { state: "running" }
  | { state: "done"; facts?: Record<string, string> }
  | { state: "failed"; errorCode: string };

/** The steps after something happened to one of them. */
export function moveStep(
  steps: readonly ProvisioningStepRow[],
  name: ProvisioningStepName,
  event: StepEvent & { at: Date },
): ProvisioningStepRow[] {
  const at = event.at.toISOString();
  return steps.map((step) => {
    if (step.name !== name) return step;
    if (event.state === "running")
      return { ...step, state: "running", startedAt: at, endedAt: null, errorCode: null, facts: {} };
    return {
      ...step,
      state: event.state,
      startedAt: step.startedAt ?? at,
      endedAt: at,
      facts: event.state === "done" ? { ...step.facts, ...event.facts } : step.facts,
      errorCode: event.state === "failed" ? event.errorCode : null,
    };
  });
}
