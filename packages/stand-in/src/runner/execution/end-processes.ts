import { readdir, readFile, readlink } from "node:fs/promises";

/** What marks a process as one that a job left: GitHub's runner looks for the tracking id alone. */
export interface ProcessMarks {
  /** How `RUNNER_TRACKING_ID` in the environment begins. */
  readonly trackingId: string;
  /** Session ids of the step processes; each was started as the leader of its own. */
  readonly sessions: ReadonlySet<number>;
  /**
   * A process of the steps' user that works in here without a terminal is the job's, even with its
   * environment and session changed. With a terminal it may be somebody's own shell, looking around.
   */
  readonly directory: string;
  readonly uid: number | undefined;
}

interface Session {
  readonly id: number;
  readonly hasTerminal: boolean;
}

async function findSession(pid: string): Promise<Session | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  // The command in brackets may hold spaces and brackets; the fields after it do not.
  const [state, , , session, terminal] = stat?.slice(stat.lastIndexOf(")") + 2).split(" ") ?? [];
  if (state === undefined || state === "Z") return undefined;
  return { id: Number(session), hasTerminal: terminal !== "0" };
}

async function isMarked(pid: string, marks: ProcessMarks): Promise<boolean> {
  const session = await findSession(pid);
  if (session === undefined) return false;
  const environment = await readFile(`/proc/${pid}/environ`, "latin1").catch(() => "");
  const tracked = `RUNNER_TRACKING_ID=${marks.trackingId}`;
  if (environment.split("\0").some((variable) => variable.startsWith(tracked))) return true;
  if (!(await hasUser(pid, marks.uid))) return false;
  return marks.sessions.has(session.id) || (!session.hasTerminal && (await isInside(pid, marks.directory)));
}

async function isInside(pid: string, directory: string): Promise<boolean> {
  const current = await readlink(`/proc/${pid}/cwd`).catch(() => "");
  return current === directory || current.startsWith(`${directory}/`);
}

/** A session id may be reused once its last process is gone; the user is checked before a signal is sent. */
async function hasUser(pid: string, uid: number | undefined): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  return /^Uid:\s+(\d+)/m.exec(status)?.[1] === String(uid ?? process.getuid?.());
}

async function findMarked(marks: ProcessMarks): Promise<readonly number[]> {
  const pids = (await readdir("/proc").catch(() => [])).filter((name) => /^\d+$/.test(name));
  const others = pids.filter((pid) => Number(pid) !== process.pid);
  const marked = await Promise.all(others.map((pid) => isMarked(pid, marks)));
  return others.filter((_, index) => marked[index]).map(Number);
}

export function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}

const ROUNDS = 20;

/**
 * Kills what a job left running, however it was detached, and returns how many processes that were.
 * Repeats, because a process may fork between being seen and being killed.
 */
export async function endProcesses(marks: ProcessMarks): Promise<number> {
  if (process.platform !== "linux") return endSessions(marks.sessions);
  const killed = new Set<number>();
  for (let round = 0; round < ROUNDS; round += 1) {
    const found = await findMarked(marks);
    if (found.length === 0) break;
    for (const pid of found) if (signal(pid, "SIGKILL")) killed.add(pid);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return killed.size;
}

/** Without `/proc` only the process groups are known. */
function endSessions(sessions: ReadonlySet<number>): number {
  return [...sessions].filter((group) => signal(-group, "SIGKILL")).length;
}
