import type { WatchedDeployment } from "./watched-deployment.js";

/** A scrape that was claimed just before the window's end may take this long to arrive. */
const LONGEST_SETTLE_MS = 5_000;

/**
 * How much more must have been watched for another look, where that is more than a sample: each look reads all samples so
 * far, and a watch of a day has tens of thousands of them. The first thousand samples are looked at one by one.
 */
const NEWS_SHARE = 1 / 1_000;

/**
 * What the analyst does with a deployment now.
 * `wait`: nothing before `at`. `look`: judge what has come, look again at `at`. `close`: judge what came until
 * `until`, for good.
 */
export type NextStep =
  | { kind: "leave" }
  | { kind: "wait"; at: Date }
  | { kind: "look"; at: Date; after: Date; until: Date }
  | { kind: "close"; state: "analyzed" | "abandoned" | "superseded"; after: Date; until: Date };

type Facts = Pick<
  WatchedDeployment,
  | "state"
  | "startedAt"
  | "finishedAt"
  | "observeUntil"
  | "abandonAt"
  | "supersededAt"
  | "stepSeconds"
  | "isDecided"
  | "lookedAt"
  | "now"
>;

/** Pure: the state and its instants decide. */
export function nextStep(facts: Facts): NextStep {
  switch (facts.state) {
    case "running":
      if (facts.now < facts.abandonAt) return { kind: "wait", at: facts.abandonAt };
      return abandon(facts);
    case "observing":
      return stepOfObserving(facts);
    case "superseded": {
      const until = earliest(facts.supersededAt ?? facts.now, facts.observeUntil);
      return { kind: "close", state: "superseded", after: facts.finishedAt ?? until, until };
    }
    case "abandoned":
      return facts.isDecided ? { kind: "leave" } : abandon(facts);
    case "analyzed":
      return { kind: "leave" };
  }
}

function stepOfObserving(facts: Facts): NextStep {
  const { finishedAt, observeUntil, startedAt, stepSeconds, now } = facts;
  const after = finishedAt ?? startedAt;
  const until = observeUntil ?? now;
  const settledAt = new Date(until.getTime() + Math.min(stepSeconds * 1_000, LONGEST_SETTLE_MS));
  if (now >= settledAt || observeUntil === null) return { kind: "close", state: "analyzed", after, until };
  const lookAt = pauseUntil(facts, after);
  if (lookAt > now) return { kind: "wait", at: earliest(lookAt, settledAt) };
  return { kind: "look", at: settledAt, after, until };
}

/** The longer it is watched, the less a sample says, and the more a look costs. */
function pauseUntil({ lookedAt, stepSeconds, now }: Facts, after: Date): Date {
  if (lookedAt === null) return now;
  const pauseMs = (lookedAt.getTime() - after.getTime()) * NEWS_SHARE;
  return pauseMs > stepSeconds * 1_000 ? new Date(lookedAt.getTime() + pauseMs) : now;
}

/** Nobody said when the new version ran, so there is nothing to compare. */
const abandon = ({ now }: Facts): NextStep => ({ kind: "close", state: "abandoned", after: now, until: now });

const earliest = (a: Date, b: Date | null): Date => (b === null || a < b ? a : b);
