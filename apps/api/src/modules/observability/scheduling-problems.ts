import type { Backlog, ProcessState, SystemWarning } from "@pulsekeep/contracts/api/admin";

/** Several turns of the slowest loop, the longest wait of a stream's reader included. */
const STANDS_STILL_MS = 60_000;

/** How long work of a kind may be due before scheduling counts as standing still. Adding a kind: a row here. */
const PATIENCE_MS: Record<Backlog["work"], number> = {
  pulses: STANDS_STILL_MS,
  // Longer than a lease: a run may have to wait for the one before it.
  runs: 15 * 60_000,
  scrapes: STANDS_STILL_MS,
  verdicts: STANDS_STILL_MS,
  outbox: STANDS_STILL_MS,
};

export type Scheduling = {
  neededRoles: readonly string[];
  processes: ProcessState[];
  backlog: Backlog[];
};

/** Why scheduling stands still somewhere; nothing when it goes on everywhere. */
export function findSchedulingProblems(facts: Scheduling): SystemWarning[] {
  const alive = facts.processes.filter((process) => process.alive);
  return [
    ...facts.neededRoles
      .filter((role) => !alive.some(({ roles }) => roles.includes(role)))
      .map((role) => critical("role_without_process", role, null)),
    ...longestIdle(alive).map(([loop, idleMs]) => critical("loop_standing_still", loop, idleMs)),
    ...facts.backlog
      .filter(({ work, oldestMs }) => (oldestMs ?? 0) > PATIENCE_MS[work])
      .map(({ work, oldestMs }) => critical("work_overdue", work, oldestMs)),
  ];
}

const critical = (code: SystemWarning["code"], subject: string, value: number | null): SystemWarning => ({
  code,
  severity: "critical",
  subject,
  value,
});

/** A loop that stands still in one process is one reason, and in ten processes it is one too. */
function longestIdle(alive: readonly ProcessState[]): [loop: string, idleMs: number][] {
  const longest = new Map<string, number>();
  for (const { name, idleMs } of alive.flatMap(({ loops }) => loops))
    if (idleMs > STANDS_STILL_MS) longest.set(name, Math.max(idleMs, longest.get(name) ?? 0));
  return [...longest].sort(([a], [b]) => a.localeCompare(b));
}

/** The same for whoever reads the health check: one line of English. */
export function describeProblem({ code, subject, value }: SystemWarning): string {
  const seconds = Math.round((value ?? 0) / 1_000);
  if (code === "role_without_process") return `no living process has the role ${subject}`;
  if (code === "loop_standing_still") return `the loop ${subject} has ended no turn for ${seconds} s`;
  return `the oldest work of ${subject} has been due for ${seconds} s`;
}
