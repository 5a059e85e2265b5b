import type { Statements } from "@pulsekeep/database";
import { localDayBounds } from "@pulsekeep/schedule";
import { instantArray, intArray, textArray, uuidArray } from "../../platform/binary-array.js";
import { type ClaimableRow, instantOf, type WrittenAction } from "./write-action.js";
import { giveBackRoom, takeRoom } from "./write-room.statements.js";

export type WriteLimits = {
  /** Most commits in one repository on one local day, however many pulses and workers write to it. */
  commitsPerDay: number;
  /** Most signals to write something, of a workspace and a minute. */
  writesPerMinute: number;
};

type WritingRun = WrittenAction & { workspaceId: string; row: ClaimableRow };

export type Room<Run> = {
  granted: Run[];
  /** Their repository's day is full. */
  capped: Run[];
  /** The minute is full: they stay offered. */
  waiting: Run[];
  /** Until the minute is over, when some wait. */
  overInMs: number | undefined;
};

type Minute = { workspaceId: string; wanted: number; left: number };
type Day = Minute & { repository: string; quarter: Date; dayStartsAt: Date };
type Taken = {
  workspace_id: string;
  repository: string | null;
  granted: number;
  over_in_ms: number | null;
};

const QUARTER_MS = 15 * 60_000;

/**
 * Takes room for the writes of claimed runs, in their order. A run counts against its minute with each new claim,
 * and against its repository's day once, at the claim that dates its commit.
 */
export async function findRoom<Run extends WritingRun>(
  db: Statements,
  runs: readonly Run[],
  limits: WriteLimits,
): Promise<Room<Run>> {
  const minutes = new Map<string, Minute>();
  const days = new Map<string, Day>();
  const wanting = runs.map((run) => ({ run, ...want(run, minutes, days) }));
  const room: Room<Run> = { granted: [], capped: [], waiting: [], overInMs: undefined };
  if (minutes.size === 0) return { ...room, granted: [...runs] };
  const overInMs = await take(db, { minutes, days, limits });
  for (const { run, minute, day } of wanting) {
    if (day?.left === 0) room.capped.push(run);
    else if (minute?.left === 0) room.waiting.push(run);
    else {
      if (minute) minute.left -= 1;
      if (day) day.left -= 1;
      room.granted.push(run);
    }
  }
  await giveBack(db, leftOf(minutes), leftOf(days));
  return room.waiting.length > 0 ? { ...room, overInMs } : room;
}

function want(run: WritingRun, minutes: Map<string, Minute>, days: Map<string, Day>) {
  const { row, workspaceId } = run;
  // What is claimed already has its room; and a first run writes nothing.
  if (row.state === "claimed" || row.kind === "verify") return {};
  const minute = minutes.get(workspaceId) ?? { workspaceId, wanted: 0, left: 0 };
  minute.wanted += 1;
  minutes.set(workspaceId, minute);
  if (run.progress === null || run.action.kind !== "commit") return { minute };
  const repository = `${run.action.params.owner}/${run.action.params.repo}`.toLowerCase();
  const key = `${workspaceId} ${repository}`;
  const now = instantOf(row);
  const dayStartsAt = dayStartOf(now, row.time_zone ?? "UTC");
  const day = days.get(key) ?? {
    workspaceId,
    repository,
    wanted: 0,
    left: 0,
    quarter: quarterOf(now),
    dayStartsAt,
  };
  day.wanted += 1;
  // Where pulses of two zones come together, both days are asked.
  if (dayStartsAt < day.dayStartsAt) day.dayStartsAt = dayStartsAt;
  days.set(key, day);
  return { minute, day };
}

async function take(
  db: Statements,
  { minutes, days, limits }: { minutes: Map<string, Minute>; days: Map<string, Day>; limits: WriteLimits },
): Promise<number | undefined> {
  const [byWorkspace, byRepository] = [inOrder(minutes), inOrder(days)];
  const taken = await db.run<Taken>(takeRoom, [
    uuidArray(byWorkspace.map(({ workspaceId }) => workspaceId)),
    intArray(byWorkspace.map(({ wanted }) => wanted)),
    limits.writesPerMinute,
    uuidArray(byRepository.map(({ workspaceId }) => workspaceId)),
    textArray(byRepository.map(({ repository }) => repository)),
    intArray(byRepository.map(({ wanted }) => wanted)),
    instantArray(byRepository.map(({ quarter }) => quarter)),
    instantArray(byRepository.map(({ dayStartsAt }) => dayStartsAt)),
    limits.commitsPerDay,
  ]);
  let overInMs: number | undefined;
  for (const { workspace_id, repository, granted, over_in_ms } of taken) {
    const place = repository === null ? minutes.get(workspace_id) : days.get(`${workspace_id} ${repository}`);
    if (place) place.left = granted;
    overInMs ??= over_in_ms ?? undefined;
  }
  return overInMs;
}

async function giveBack(db: Statements, minutes: readonly Minute[], days: readonly Day[]): Promise<void> {
  if (minutes.length === 0 && days.length === 0) return;
  await db.run(giveBackRoom, [
    uuidArray(minutes.map(({ workspaceId }) => workspaceId)),
    intArray(minutes.map(({ left }) => left)),
    uuidArray(days.map(({ workspaceId }) => workspaceId)),
    textArray(days.map(({ repository }) => repository)),
    intArray(days.map(({ left }) => left)),
  ]);
}

const leftOf = <Place extends Minute>(places: Map<string, Place>): Place[] =>
  [...places.values()].filter(({ left }) => left > 0);

/** One order for everybody who takes room, so that no two wait for each other. */
const inOrder = <Place>(places: Map<string, Place>): Place[] =>
  [...places].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, place]) => place);

/** The day that was looked up last, by zone: thousands of claims in a row fall on it. */
const days = new Map<string, { startsAt: Date; endsAt: Date }>();

function dayStartOf(now: Date, zone: string): Date {
  let day = days.get(zone);
  if (day === undefined || now < day.startsAt || now >= day.endsAt) {
    day = localDayBounds(now, zone);
    days.set(zone, day);
  }
  return quarterOf(day.startsAt);
}

export const quarterOf = (at: Date): Date => new Date(Math.floor(at.getTime() / QUARTER_MS) * QUARTER_MS);
