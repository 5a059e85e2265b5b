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

/** Ends a run that another try may help. */
export function fail(code: ReasonCode, detail: string): never {
  throw new RunFault("failed", code, detail);
}

/** Ends a run that the worker will not do, however often it is asked. */
export function refuse(code: ReasonCode, detail: string): never {
  throw new RunFault("refused", code, detail);
}
