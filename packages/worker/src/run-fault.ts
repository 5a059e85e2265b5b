import type { ReasonCode } from "@pulsekeep/contracts/worker-protocol";

/** Ends a run with a reason. Thrown inside an effect, turned into the report's outcome in `perform-run.ts`. */
export class RunFault extends Error {
  constructor(
    readonly outcome: "failed" | "refused" | "unknown",
    readonly code: ReasonCode,
    detail: string,
  ) {
    super(detail);
  }
}
