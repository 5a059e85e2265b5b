import { sqlState } from "./database.js";

/**
 * What sort of failure an error is: its SQLSTATE, its code, or its class. Never its text, which may quote the
 * values of a failed statement: this goes to the health of the system, which shows nothing that users wrote.
 */
export function failureKind(error: unknown): string {
  const state = sqlState(error);
  if (state !== undefined) return `SQLSTATE ${state}`;
  if (!(error instanceof Error)) return "Error";
  const { code } = error as { code?: unknown };
  return typeof code === "string" && /^[A-Za-z0-9_.-]{1,60}$/.test(code) ? code : error.constructor.name;
}
