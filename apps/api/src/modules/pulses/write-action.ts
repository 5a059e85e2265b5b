import type { PulseTask } from "@pulsekeep/contracts/api/pulses";
import type { CommitChange, MessageSettings, RestRules } from "@pulsekeep/contracts/schedule";
import { type PulseAction, pulseActionSchema } from "@pulsekeep/contracts/worker-protocol";
import { commitContent, commitMessage, commitPath, continueStreak, type Streak } from "@pulsekeep/schedule";
import { parseSharedJson } from "../../platform/shared-json.js";

/** A locked run as it is read, with what its signal is written from; what is missing in a join is null. */
export type ClaimableRow = {
  /** Of its claim among those of the batch, from 0 on. */
  place: number;
  id: string;
  state: "queued" | "offered" | "claimed";
  kind: string;
  /** Of the last claim. */
  fence: number;
  seq: number;
  /** JSON, as are `rest`, `message` and `change`. */
  params: string | null;
  /** The database's clock. */
  now_ms: number;
  pulse_name: string | null;
  time_zone: string | null;
  rest: string | null;
  message: string | null;
  /** Or the task of a pulse that writes no commit. */
  change: string | null;
  target_repository: string | null;
  target_branch: string | null;
  repository_full_name: string | null;
  default_branch: string | null;
  author_name: string | null;
  author_email: string | null;
  run_count: number | null;
  streak_days: number | null;
  streak_on: string | null;
  /** Hashes with commas between them, oldest first. */
  recent_subjects: string | null;
};

export type WrittenAction = {
  action: PulseAction;
  /** What the pulse's progress becomes if the run succeeds; null when it was written before, or is no commit. */
  progress: { subjectHash: number; streak: Streak } | null;
};

/**
 * Writes what the signal of a claimed run says. It is fixed at the first claim and read from the row after
 * that, so that a second try asks for the very same commit. Undefined when no worker could do it: its
 * repository is not known, or something in it breaks the rules for signals.
 */
export function writeAction(row: ClaimableRow): WrittenAction | undefined {
  const written = row.params === null ? writeParams(row) : undefined;
  const params: unknown = row.params === null ? written?.params : JSON.parse(row.params);
  const action = pulseActionSchema.safeParse({ kind: row.kind, params });
  return action.success ? { action: action.data, progress: written?.progress ?? null } : undefined;
}

type Written = { params: Record<string, unknown>; progress: WrittenAction["progress"] };

function writeParams(row: ClaimableRow): Written | undefined {
  if (row.kind === "verify") return { params: {}, progress: null };
  if (row.kind === "commit") return writeCommit(row);
  const repository = row.target_repository ?? row.repository_full_name;
  if (row.change === null || repository === null) return undefined;
  const { kind, ...task } = parseSharedJson<CommitChange | PulseTask>(row.change);
  if (kind !== row.kind) return undefined;
  return { params: { ...placeOf(repository), ...task }, progress: null };
}

/** When the run was locked, to the millisecond. */
export const instantOf = ({ now_ms: ms }: ClaimableRow): Date => new Date(Math.floor(ms));

function placeOf(repository: string) {
  const [owner, repo] = repository.split("/");
  return { owner: owner ?? "", repo: repo ?? "" };
}

function writeCommit(row: ClaimableRow): Written | undefined {
  const { pulse_name: pulseName, time_zone: timeZone } = row;
  const repository = row.target_repository ?? row.repository_full_name;
  if (pulseName === null || timeZone === null || row.message === null || row.change === null)
    return undefined;
  const settings = parseSharedJson<MessageSettings>(row.message);
  const change = parseSharedJson<CommitChange | PulseTask>(row.change);
  if (change.kind === "keepalive" || change.kind === "dispatch") return undefined;
  if (repository === null || row.author_name === null || row.author_email === null) return undefined;
  const at = instantOf(row);
  const streak = continueStreak({
    streak:
      row.streak_on === null || row.streak_days === null
        ? undefined
        : { days: row.streak_days, on: row.streak_on },
    at,
    timeZone,
    ...(row.rest === null ? {} : { rest: parseSharedJson<RestRules>(row.rest) }),
  });
  const { subject, message, subjectHash } = commitMessage({
    settings,
    seed: row.id,
    at,
    timeZone,
    changeKind: change.kind,
    file: commitPath({ change, at, timeZone }),
    pulseName,
    streakDays: streak.days,
    repositoryLanguage: settings.repositoryLanguage ?? null,
    recent: row.recent_subjects ? row.recent_subjects.split(",").map(Number) : [],
  });
  const content = commitContent({
    change,
    at,
    timeZone,
    subject,
    runCount: (row.run_count ?? 0) + 1,
    streakDays: streak.days,
  });
  return {
    progress: { subjectHash, streak },
    params: {
      ...placeOf(repository),
      branch: row.target_branch ?? row.default_branch ?? "main",
      ...content,
      message,
      author: { name: row.author_name, email: row.author_email },
      authoredAt: at.toISOString(),
      timeZone,
    },
  };
}
