import type { Sabotage } from "./simulated-database.js";

/** A part of one of the engine's statements, and what takes its place. */
type Replacement = {
  /** Words by which the statement is known. */
  of: string;
  from: string;
  to: string;
};

export type Weakening = {
  name: string;
  replacements: readonly Replacement[];
  /** A statement by the owner before the seeds run, and the one that mends it. */
  around?: { before: string; after: string };
  /** How the simulation notices. */
  noticed: RegExp;
  /** Where to begin, where many seeds do not come to it. */
  firstSeed?: number;
};

/** The engine without one of the things that it relies on: each must be noticed. */
export const WEAKENINGS: readonly Weakening[] = [
  {
    name: "a claim raises no fence",
    replacements: [
      {
        of: "set state = 'claimed', claim_id",
        from: "then 0 else 1 end,\n        attempts",
        to: "then 0 else 0 end,\n        attempts",
      },
    ],
    noticed: /was claimed again with its old fence/,
  },
  {
    name: "leases end before their signals",
    replacements: [
      {
        of: "set state = 'claimed', claim_id",
        from: "at + make_interval(secs => $8) as lease_expires_at",
        to: "at + make_interval(secs => $8 / 100.0) as lease_expires_at",
      },
    ],
    noticed: /an effect with fence/,
    firstSeed: 110,
  },
  {
    name: "a slot may be there twice",
    replacements: [
      { of: "with written as (", from: "on conflict (pulse_id, slot, generation) do nothing", to: "" },
      { of: "r.generation + 1", from: "on conflict (pulse_id, slot, generation) do nothing", to: "" },
      // As when two plan the same pulse: slots that are there already come again.
      {
        of: "update pulses p set cursor_at",
        from: "where p.id = t.id",
        to: "where p.id = t.id and random() < 0.7",
      },
    ],
    around: {
      before: "alter table runs drop constraint runs_slot",
      after: "alter table runs add constraint runs_slot unique (pulse_id, slot, generation)",
    },
    noticed: /is there twice/,
  },
  {
    name: "a due run is forgotten",
    replacements: [
      {
        of: "with written as (",
        from: "nominal_at, planned_at, seq)",
        to: "nominal_at, planned_at, seq) where coalesce(seq, 0) % 5 <> 1",
      },
    ],
    noticed: /is lost/,
  },
  {
    name: "what was planned for later is never looked at",
    replacements: [
      {
        of: "as lease_over",
        from: "where next_action_at <= now()",
        to: "where next_action_at <= now() and (state <> 'planned' or window_ends_at <= now())",
      },
    ],
    noticed: /was missed though/,
  },
  {
    name: "runs behind the head are handed out",
    replacements: [{ of: "with asked as (", from: "order by seq limit 1", to: "order by seq limit 9" }],
    noticed: /was handed out behind the head/,
  },
  {
    name: "nobody is told of what was missed",
    replacements: [
      { of: "closed as (", from: "from closed on conflict", to: "from closed where false on conflict" },
    ],
    noticed: /raised 0 notices missed/,
  },
];

/** Rewrites the engine's statements; `hits` says how often. */
export class Weakened {
  hits = 0;

  constructor(private readonly weakening: Weakening) {}

  readonly rewrite: Sabotage = (text) => {
    for (const { of, from, to } of this.weakening.replacements) {
      if (!text.includes(of)) continue;
      const parts = text.split(from);
      if (parts.length !== 2) throw new Error(`"${from}" is ${parts.length - 1} times in ${text}`);
      this.hits += 1;
      return parts.join(to);
    }
    return text;
  };
}
