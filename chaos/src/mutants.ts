/** Replaces text of the built product; `from` must be there exactly once. `file` is relative to the checkout. */
export type Mutation = { file: string; from: string; to: string };

/** The product without one of its protections. */
export type Mutant = { without: string; mutations: readonly Mutation[] };

const api = "apps/api/dist";
const pulses = `${api}/modules/pulses`;

/** A row for each protection that must not be missing unnoticed. */
export const mutants = {
  fencing: {
    without: "fences in reports",
    mutations: [
      {
        file: `${pulses}/claims.service.js`,
        from: `if (run.fence !== report.fence) throw new AppError("stale_claim");`,
        to: "",
      },
    ],
  },
  nonces: {
    without: "used nonces",
    mutations: [
      {
        file: `${api}/modules/workers/worker-auth.service.js`,
        from: `if (!await this.useNonce(tx, worker, verified.jti)) throw`,
        to: `if (!await this.useNonce(tx, worker, verified.jti)) void`,
      },
    ],
  },
  slots: {
    without: "unique slots and the lock of the cursor",
    mutations: [
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
  },
  reconciler: {
    without: "emitting again what was lost",
    mutations: [
      {
        file: `${api}/platform/reconciler.jobs.js`,
        from: "async reconcileOnce() {",
        to: `async reconcileOnce() { return "idle";`,
      },
      {
        file: `${pulses}/sweeper.jobs.js`,
        from: "const offered = await offerHeads(db, [",
        to: "const offered = await offerHeads(db, []); void ([",
      },
    ],
  },
} as const satisfies Record<string, Mutant>;

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
