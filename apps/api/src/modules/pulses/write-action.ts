import type { PulseTask } from "@pulsekeep/contracts/api/pulses";
import type { CommitChange, MessageSettings, RestRules } from "@pulsekeep/contracts/schedule";
import { type PulseAction, pulseActionSchema } from "@pulsekeep/contracts/worker-protocol";
import { commitContent, commitMessage, commitPath, continueStreak, type Streak } from "@pulsekeep/schedule";

/** A run that is being claimed, with what its signal is written from; what is missing in a join is null. */
export type ClaimableRow = {
  place: number;
  id: string;
  state: "queued" | "offered" | "claimed";
  kind: string;
  workspace_id: string;
  worker_id: string;
  pulse_id: string | null;
  params: Record<string, unknown> | null;
  now: Date;
  pulse_name: string | null;
  time_zone: string | null;
  rest: RestRules | null;
  message: MessageSettings | null;
  /** The task of a pulse that writes no commit. */
  change: CommitChange | PulseTask | null;
  target_repository: string | null;
  target_branch: string | null;
  repository_full_name: string | null;
  default_branch: string | null;
  author_name: string | null;
  author_email: string | null;
  run_count: number | null;
  streak_days: number | null;
  streak_on: string | null;
  recent_subjects: number[] | null;
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
  const params = row.params ?? written?.params;
  const action = pulseActionSchema.safeParse({ kind: row.kind, params });
  return action.success ? { action: action.data, progress: written?.progress ?? null } : undefined;
}

type Written = { params: Record<string, unknown>; progress: WrittenAction["progress"] };

function writeParams(row: ClaimableRow): Written | undefined {
  if (row.kind === "verify") return { params: {}, progress: null };
  if (row.kind === "commit") return writeCommit(row);
  const repository = row.target_repository ?? row.repository_full_name;
  if (row.change === null || row.change.kind !== row.kind || repository === null) return undefined;
  const { kind: _kind, ...task } = row.change;
  return { params: { ...placeOf(repository), ...task }, progress: null };
}

function placeOf(repository: string) {
  const [owner, repo] = repository.split("/");
  return { owner: owner ?? "", repo: repo ?? "" };
}

function writeCommit(row: ClaimableRow): Written | undefined {
  const { pulse_name: pulseName, time_zone: timeZone, message: settings, change, now: at } = row;
  const repository = row.target_repository ?? row.repository_full_name;
  if (pulseName === null || timeZone === null || settings === null || change === null) return undefined;
  if (change.kind === "keepalive" || change.kind === "dispatch") return undefined;
  if (repository === null || row.author_name === null || row.author_email === null) return undefined;
  const streak = continueStreak({
    streak:
      row.streak_on === null || row.streak_days === null
        ? undefined
        : { days: row.streak_days, on: row.streak_on },
    at,
    timeZone,
    ...(row.rest === null ? {} : { rest: row.rest }),
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
    recent: row.recent_subjects ?? [],
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
