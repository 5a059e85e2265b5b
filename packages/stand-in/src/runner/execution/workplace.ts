import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, copyFile, link, lstat, mkdir, readdir, realpath, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { endProcesses } from "./end-processes.js";
import { chooseStepUser, findClosedDirectory, type StepUser } from "./step-user.js";

/** Where jobs run and with which tools, after checking that the steps' user can get there. */
export interface Workplace {
  readonly user: StepUser;
  readonly jobsDirectory: string;
  readonly toolPath: string;
  /** Begins every tracking id of this workplace's jobs. */
  readonly trackingPrefix: string;
  /** What had to be done differently, for the job's log. */
  readonly notices: readonly string[];
  /** Removes the directory that was taken in place of a closed one; the usual one stays. */
  close(): Promise<void>;
}

interface WorkplaceOptions {
  readonly workDir: string;
  readonly toolPath: string;
  readonly uid?: number;
  readonly gid?: number;
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}

async function makeOpen(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  await chmod(directory, 0o755);
}

/** Makes a directory where others can write too, and takes it only if it is really this process's own. */
async function claimShared(directory: string): Promise<boolean> {
  await mkdir(directory).catch(() => undefined);
  const info = await lstat(directory);
  if (!info.isDirectory() || info.uid !== process.getuid?.()) return false;
  await chmod(directory, 0o755);
  return true;
}

/** The work directory, or one under the system's temporary directory if the steps' user cannot reach it. */
async function placeJobs(user: StepUser, workDir: string): Promise<{ root: string; notice?: string }> {
  const wanted = resolve(workDir);
  await makeOpen(wanted);
  const closed = await findClosedDirectory(user, wanted);
  if (closed === undefined) return { root: wanted };
  const root = join(tmpdir(), `stand-in-runner-${digest(wanted)}`);
  if (!(await claimShared(root)) || (await findClosedDirectory(user, root)) !== undefined) {
    throw new Error(
      `Workflow steps run as user ${user.uid}, who cannot enter ${closed}, nor can ${root} be used: ` +
        `open one of them (chmod o+x) or choose another work directory.`,
    );
  }
  return { root, notice: `User ${user.uid} cannot enter ${closed}: jobs run in ${root} instead.` };
}

async function hasNode(directory: string): Promise<boolean> {
  return (await stat(join(directory, "node")).catch(() => undefined))?.isFile() ?? false;
}

/** A hard link where the file system allows it: the binary is over 100 MB. */
async function borrowNode(from: string, toolsDirectory: string): Promise<void> {
  await makeOpen(toolsDirectory);
  const source = await realpath(join(from, "node"));
  const target = join(toolsDirectory, "node");
  await rm(target, { force: true });
  await link(source, target).catch(async () => {
    await copyFile(source, target);
    await chmod(target, 0o755);
  });
}

async function openToolPath(
  user: StepUser,
  { toolPath, root }: { toolPath: string; root: string },
): Promise<{ toolPath: string; notices: readonly string[] }> {
  const kept: string[] = [];
  const notices: string[] = [];
  for (const directory of toolPath.split(delimiter).filter((part) => existsSync(part))) {
    const closed = await findClosedDirectory(user, directory);
    if (closed === undefined) kept.push(directory);
    else if (await hasNode(directory)) {
      const tools = join(root, "tools");
      await borrowNode(directory, tools);
      kept.push(tools);
      notices.push(`User ${user.uid} cannot enter ${closed}: node is used from ${tools}.`);
    } else notices.push(`User ${user.uid} cannot enter ${closed}: ${directory} is left out of PATH.`);
  }
  return { toolPath: kept.join(delimiter), notices };
}

/** Prepares the work directory; what an earlier runner left after a crash is ended and removed. */
export async function prepareWorkplace(options: WorkplaceOptions): Promise<Workplace> {
  const user = chooseStepUser(options);
  const { root, notice } = await placeJobs(user, options.workDir);
  const jobsDirectory = join(root, "jobs");
  await makeOpen(jobsDirectory);
  const trackingPrefix = `standin_${digest(jobsDirectory)}_`;
  await endProcesses({
    trackingId: trackingPrefix,
    sessions: new Set(),
    directory: jobsDirectory,
    uid: user.uid,
  });
  for (const left of await readdir(jobsDirectory)) {
    await rm(join(jobsDirectory, left), { recursive: true, force: true });
  }
  const { toolPath, notices } = await openToolPath(user, { toolPath: options.toolPath, root });
  const all = notice === undefined ? notices : [notice, ...notices];
  const close = async () => {
    if (notice !== undefined) await rm(root, { recursive: true, force: true });
  };
  return { user, jobsDirectory, toolPath, trackingPrefix, notices: all, close };
}
