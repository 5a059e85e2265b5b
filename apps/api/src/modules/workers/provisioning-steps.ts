import type { ProvisioningStepName } from "@pulsekeep/contracts/api/workers";
import type { ProvisioningStepRow } from "@pulsekeep/database";

type Plan = { purpose: "create" | "rotate" | "move"; way: "consent" | "browser" | "machine" | "manual" };

/** The steps of a way to a purpose, in their order. A rotation leaves the files as they are. */
function listStepNames({ purpose, way }: Plan): readonly ProvisioningStepName[] {
  if (way === "consent")
    return purpose === "rotate"
      ? ["consent", "repository", "secrets", "wake", "revoke", "verify"]
      : ["consent", "repository", "files", "secrets", "wake", "revoke", "verify"];
  const installed = ["enrolment", "repository", "files", "secrets", "wake", "verify"] as const;
  return purpose === "rotate" ? installed : [...installed, "confirm"];
}

export const newSteps = (plan: Plan): ProvisioningStepRow[] =>
  listStepNames(plan).map((name) => ({
    name,
    state: "waiting",
    startedAt: null,
    endedAt: null,
    facts: {},
    errorCode: null,
  }));

type StepEvent =
  | { state: "running" }
  | { state: "done" | "skipped"; facts?: Record<string, string> }
  | { state: "failed"; errorCode: string; errorFacts?: Record<string, string> };

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
    const { errorFacts: _, ...kept } = step;
    return {
      ...kept,
      state: event.state,
      startedAt: step.startedAt ?? at,
      endedAt: at,
      ...(event.state === "failed"
        ? { errorCode: event.errorCode, errorFacts: event.errorFacts ?? {} }
        : { errorCode: null, facts: { ...step.facts, ...event.facts } }),
    };
  });
}

/** The step that is under way; `otherwise` where none is. */
export const findRunningStep = (
  steps: readonly ProvisioningStepRow[],
  otherwise: ProvisioningStepName,
): ProvisioningStepName =>
  (steps.find(({ state }) => state === "running")?.name as ProvisioningStepName | undefined) ?? otherwise;
