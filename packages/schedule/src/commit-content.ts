import type { CommitChange } from "@pulsekeep/contracts/schedule";
import { formatLocalDate } from "./local-date.js";
import { getTimeZone, localDayAt } from "./time-zone.js";

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
  const content = writer.content(request, clockOf(request));
  return { path: commitPath(request), mode: writer.mode, content };
}

/** The path that `commitContent` writes; it comes first, because a subject may name the file. */
export function commitPath(request: Pick<ContentRequest, "change" | "at" | "timeZone">): string {
  const { kind, folder } = request.change;
  return `${folder}/${WRITERS[kind].fileName(clockOf(request))}`;
}

function clockOf({ at, timeZone }: Pick<ContentRequest, "at" | "timeZone">): LocalClock {
  const zone = getTimeZone(timeZone);
  const local = new Date(at.getTime() + zone.offsetMsAt(at.getTime()));
  return {
    date: formatLocalDate(localDayAt(zone, at.getTime())),
    time: local.toISOString().slice(11, 16),
  };
}
