import type { LogEntry } from "../effect-log.ts";
import type { Facts } from "./facts.ts";
import type { Violation } from "./violation.ts";

type Effect = Extract<LogEntry, { kind: "effect" }>;
type Attempt = Extract<LogEntry, { kind: "effect" | "found_done" }>;

/** What must hold of the effects themselves, whatever the system says of them. */
export function checkEffects(facts: Facts): Violation[] {
  const effects = facts.log.filter((entry): entry is Effect => entry.kind === "effect");
  const attempts = facts.log.filter(
    (entry): entry is Attempt => entry.kind === "effect" || entry.kind === "found_done",
  );
  return [
    ...checkOnce(effects, facts),
    ...checkAttempts(attempts),
    ...checkOrder(effects, facts),
    ...checkFences(facts.log),
  ];
}

function checkOnce(effects: readonly Effect[], { runs }: Facts): Violation[] {
  const byId = new Map(runs.map((run) => [run.id, run]));
  const unknown = effects.filter(({ run }) => !byId.has(run));
  const twice = [...Map.groupBy(effects, ({ run }) => run)].filter(([, rows]) => rows.length > 1);
  const bySlot = Map.groupBy(effects, ({ run }) => {
    const row = byId.get(run);
    return row?.pulseId ? `${row.pulseId} ${row.slot}` : `run ${run}`;
  });
  return [
    ...unknown.map(({ run }) => ({ rule: "effect_of_no_run", run, detail: "the ledger has no such run" })),
    ...twice.map(([run, rows]) => ({ rule: "effect_twice", run, detail: `${rows.length} effects` })),
    ...[...bySlot]
      .filter(([, rows]) => new Set(rows.map(({ run }) => run)).size > 1)
      .map(([slot, rows]) => ({
        rule: "slot_done_twice",
        run: rows[0]?.run,
        pulse: slot.split(" ")[0],
        detail: `${slot}: ${rows.map(({ run }) => run).join(", ")}`,
      })),
  ];
}

/** No attempt with an expired signal or one that was used; a second attempt of a run has a higher fence. */
function checkAttempts(attempts: readonly Attempt[]): Violation[] {
  const found: Violation[] = [];
  const usedSignals = new Map<string, Attempt>();
  const lastFence = new Map<string, number>();
  for (const attempt of attempts) {
    const { run, jti, fence } = attempt;
    if (attempt.at >= attempt.expiresAt)
      found.push({ rule: "expired_signal", run, detail: `${attempt.at - attempt.expiresAt} ms too late` });
    if (usedSignals.has(jti)) found.push({ rule: "signal_used_twice", run, detail: jti });
    usedSignals.set(jti, attempt);
    const before = lastFence.get(run);
    if (before !== undefined && fence <= before)
      found.push({ rule: "attempt_without_new_fence", run, detail: `fence ${fence} after ${before}` });
    lastFence.set(run, Math.max(fence, before ?? 0));
  }
  return found;
}

/** In a lane, a lower number never follows a higher one. */
function checkOrder(effects: readonly Effect[], { runs }: Facts): Violation[] {
  const lanes = new Map(runs.map(({ id, laneId }) => [id, laneId]));
  return [...Map.groupBy(effects, ({ run, lane }) => lanes.get(run) ?? lane)].flatMap(([lane, rows]) =>
    rows.flatMap((row, at) => {
      const before = rows[at - 1];
      return before !== undefined && row.seq <= before.seq
        ? [
            {
              rule: "order_broken",
              lane,
              run: row.run,
              detail: `${row.seq} after ${before.seq} (run ${before.run})`,
            },
          ]
        : [];
    }),
  );
}

/** What an old fence did: an effect after somebody else's claim was answered, a report that counted. */
function checkFences(log: readonly LogEntry[]): Violation[] {
  const found: Violation[] = [];
  const highest = new Map<string, { fence: number; claimId: string }>();
  for (const entry of log) {
    if (entry.kind === "claim")
      for (const { run, fence } of entry.granted) {
        const before = highest.get(run);
        if (
          before !== undefined &&
          (fence < before.fence || (fence === before.fence && entry.claimId !== before.claimId))
        )
          found.push({ rule: "fence_did_not_grow", run, detail: `${fence} after ${before.fence}` });
        if (before === undefined || fence > before.fence) highest.set(run, { fence, claimId: entry.claimId });
      }
    if (entry.kind !== "effect" && entry.kind !== "report") continue;
    const granted = highest.get(entry.run)?.fence ?? 0;
    if (entry.fence >= granted) continue;
    if (entry.kind === "effect")
      found.push({
        rule: "old_fence_effect",
        run: entry.run,
        detail: `${entry.fence} while ${granted} was claimed`,
      });
    else if (entry.status === 200)
      found.push({
        rule: "old_fence_report",
        run: entry.run,
        detail: `${entry.fence} while ${granted} was claimed`,
      });
  }
  return found;
}
