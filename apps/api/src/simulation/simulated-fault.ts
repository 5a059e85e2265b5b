/** A failure that the simulation caused. The engine may pass it on or swallow it; anything else is a bug. */
export class SimulatedFault extends Error {
  constructor(readonly where: string) {
    super(`simulated fault: ${where}`);
  }
}

/** Whether an error is, or was caused by, a simulated fault. */
export function isSimulated(error: unknown): boolean {
  let cause = error;
  while (cause instanceof Error) {
    if (cause instanceof SimulatedFault) return true;
    cause = cause.cause;
  }
  return false;
}
