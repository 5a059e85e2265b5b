/** Replaces text of the built product; `from` must be there exactly once. `file` is relative to the checkout. */
export type Mutation = { file: string; from: string; to: string };

const api = "apps/api/dist";
const pulses = `${api}/modules/pulses`;

/** The product without one of its protections: a row for each that must not be missing unnoticed. */
export const mutants = {
  fencing: [
    {
      file: `${pulses}/claims.service.js`,
      from: `if (run.fence !== report.fence) throw new AppError("stale_claim");`,
      to: "",
    },
  ],
  nonces: [
    {
      file: `${api}/modules/workers/gate.service.js`,
      from: "isNew: fresh.delete(",
      to: "isNew: true || fresh.delete(",
    },
  ],
  slots: [
    {
      file: `${pulses}/planner.statements.js`,
      from: "workspace_id <> all($2::uuid[])\n    order by next_due_at limit $1 for update skip locked",
      to: "workspace_id <> all($2::uuid[])\n    order by next_due_at limit $1",
    },
    {
      file: `${pulses}/planner.statements.js`,
      from: "on conflict (pulse_id, slot, generation) do nothing",
      to: "",
    },
    {
      file: `${pulses}/sweeper.statements.js`,
      from: "on conflict (pulse_id, slot, generation) do nothing",
      to: "",
    },
  ],
  reconciler: [
    {
      file: `${api}/platform/reconciler.jobs.js`,
      from: "async reconcileOnce() {",
      to: `async reconcileOnce() { return "idle";`,
    },
  ],
} as const satisfies Record<string, readonly Mutation[]>;

/**
 * The product as it is, but that entries whose consumer went silent are taken over after seconds instead of a
 * minute: a short run cannot wait for that.
 */
export const quickened: readonly Mutation[] = [
  {
    file: `${api}/platform/jobs.js`,
    from: "const STALE_AFTER_MS = 60_000;",
    to: "const STALE_AFTER_MS = 6_000;",
  },
  { file: `${api}/platform/jobs.js`, from: "intervalMs: 15_000,", to: "intervalMs: 2_000," },
];
