import { chmod, chown, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { giveTo, type StepUser } from "./step-user.js";

const COMMAND_FILES = [
  ["GITHUB_OUTPUT", "output"],
  ["GITHUB_ENV", "env"],
  ["GITHUB_PATH", "path"],
  ["GITHUB_STEP_SUMMARY", "summary"],
] as const;

export type CommandFiles = Readonly<Record<(typeof COMMAND_FILES)[number][0], string>>;

/**
 * The directories of one job. Steps own `home`, `temp` and the workspace; the frame around them and the
 * directory of command files are the runner's, so that a step cannot put a link in their place.
 */
export class JobDirectory {
  readonly home: string;
  readonly temp: string;
  private readonly commands: string;

  private constructor(
    readonly root: string,
    readonly workspace: string,
    private readonly user: StepUser,
  ) {
    this.home = join(root, "home");
    this.temp = join(root, "temp");
    this.commands = join(root, "commands");
  }

  static async create(
    parent: string,
    { repositoryName, user }: { repositoryName: string; user: StepUser },
  ): Promise<JobDirectory> {
    const root = await mkdtemp(join(parent, "job-"));
    // https://docs.github.com/en/actions/reference/workflows-and-actions/variables: .../repo/repo
    const workspace = join(root, "work", repositoryName, repositoryName);
    const directory = new JobDirectory(root, workspace, user);
    await mkdir(workspace, { recursive: true });
    for (const path of [directory.home, directory.temp, directory.commands]) await mkdir(path);
    for (const path of [directory.home, directory.temp, workspace]) await giveTo(user, path);
    if (user.gid === undefined) return directory;
    // Other users of the machine stay out: step scripts may hold secrets.
    await chown(root, 0, user.gid);
    await chmod(root, 0o750);
    return directory;
  }

  /** A file that only the steps' user can read, in a directory that it cannot change. */
  async writePrivate(name: string, text: string): Promise<string> {
    const path = join(this.commands, name);
    await writeFile(path, text, { mode: 0o600 });
    await giveTo(this.user, path);
    return path;
  }

  /** Fresh, empty command files for a step. */
  async openCommandFiles(stepNumber: number): Promise<CommandFiles> {
    const files = await Promise.all(
      COMMAND_FILES.map(async ([name, suffix]) => [
        name,
        await this.writePrivate(`step-${stepNumber}.${suffix}`, ""),
      ]),
    );
    return Object.fromEntries(files) as CommandFiles;
  }

  async remove(): Promise<void> {
    await rm(this.root, { recursive: true, force: true, maxRetries: 3 });
  }
}
