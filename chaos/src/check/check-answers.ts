import type { Facts } from "./facts.ts";
import type { Violation } from "./violation.ts";

/** What the server must never answer, and what it must not forget once it has answered. */
export function checkAnswers({ log, runs, createdPulses }: Facts): Violation[] {
  const runIds = new Set(runs.map(({ id }) => id));
  const pulses = new Map(createdPulses.map(({ id, entries }) => [id, entries]));
  const found: Violation[] = [];
  for (const entry of log) {
    if (entry.kind === "replay" && entry.status < 400)
      found.push({ rule: "nonce_used_twice", detail: `${entry.path} was answered ${entry.status}` });
    if (entry.kind === "unproven")
      found.push({ rule: "answer_without_proof", detail: `${entry.path} was answered ${entry.status}` });
    if (entry.kind === "report" && entry.status === 404)
      found.push({ rule: "run_forgotten", run: entry.run, detail: "a claimed run is not found" });
    if (entry.kind === "created" && entry.what === "run" && !runIds.has(entry.id))
      found.push({
        rule: "created_run_lost",
        run: entry.id,
        detail: "answered 201 and is not in the ledger",
      });
    if (entry.kind === "created" && entry.what === "pulse" && !pulses.has(entry.id))
      found.push({ rule: "created_pulse_lost", pulse: entry.id, detail: "answered 201 and is not there" });
  }
  for (const [id, entries] of pulses)
    if (entries !== 1) found.push({ rule: "audit_not_once", pulse: id, detail: `${entries} entries` });
  return found;
}
