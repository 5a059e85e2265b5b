import type { CommitChange } from "@pulsekeep/contracts/schedule";
import { boundedMemo } from "./bounded-memo.js";
import { MINUTE_MS } from "./local-date.js";
import { getTimeZone } from "./time-zone.js";

export interface ContentRequest {
  change: CommitChange;
  /** The instant that the entry is written for. */
  at: Date;
  timeZone: string;
  /** Subject of the commit, one line. */
  subject: string;
  /** How many commits the pulse has made, this one included. */
  runCount: number;
  streakDays: number;
}

/** A change of one text file, in the words of the worker protocol. */
export interface CommitContent {
  /** Relative to the repository's root. */
  path: string;
  mode: "append" | "replace";
  content: string;
}

interface LocalClock {
  /** `YYYY-MM-DD` */
  date: string;
  /** `HH:MM` */
  time: string;
}

interface Writer {
  fileName(clock: LocalClock): string;
  mode: CommitContent["mode"];
  content(request: ContentRequest, clock: LocalClock): string;
}

/** One row per kind of change; equal requests give equal bytes, so that a second try gives the same commit. */
const WRITERS: Readonly<Record<CommitChange["kind"], Writer>> = {
  journal: {
    fileName: ({ date }) => `${date.slice(0, 7)}.md`,
    mode: "append",
    content: ({ subject }, { date, time }) => `- ${date} ${time} ${subject}\n`,
  },
  snapshot: {
    fileName: () => "snapshot.json",
    mode: "replace",
    content: ({ at, timeZone, runCount, streakDays }, { date }) =>
      `${JSON.stringify({ date, timeZone, writtenAt: at.toISOString(), runCount, streakDays }, null, 2)}\n`,
  },
  counter: {
    fileName: () => "counter.txt",
    mode: "replace",
    content: ({ runCount }) => `${runCount}\n`,
  },
};

/** Writes the smallest change that still says something: a journal line, a snapshot or a count. */
export function commitContent(request: ContentRequest): CommitContent {
  const writer = WRITERS[request.change.kind];
  const clock = clockOf(request);
  return {
    path: `${request.change.folder}/${writer.fileName(clock)}`,
    mode: writer.mode,
    content: writer.content(request, clock),
  };
}

/** The path that `commitContent` writes; it comes first, because a subject may name the file. */
export function commitPath({
  change,
  at,
  timeZone,
}: Pick<ContentRequest, "change" | "at" | "timeZone">): string {
  return `${change.folder}/${WRITERS[change.kind].fileName(clockOf({ at, timeZone }))}`;
}

function clockOf({ at, timeZone }: Pick<ContentRequest, "at" | "timeZone">): LocalClock {
  const atMs = at.getTime();
  return clockAt(Math.floor((atMs + getTimeZone(timeZone).offsetMsAt(atMs)) / MINUTE_MS));
}

/** By the minutes of the local clock: thousands of commits are written in one. */
const clockAt = boundedMemo(64, (minutes: number): LocalClock => {
  const local = new Date(minutes * MINUTE_MS).toISOString();
  return { date: local.slice(0, 10), time: local.slice(11, 16) };
});
