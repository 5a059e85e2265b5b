import { chown, stat } from "node:fs/promises";
import { dirname } from "node:path";

/** Who the steps run as; undefined fields: the runner's own user, because it cannot become another. */
export interface StepUser {
  readonly uid: number | undefined;
  readonly gid: number | undefined;
}

const NOBODY = 65_534;

/** An unprivileged user if this process is root, else its own. */
export function chooseStepUser({ uid, gid }: { uid?: number; gid?: number }): StepUser {
  if (process.getuid?.() !== 0) return { uid: undefined, gid: undefined };
  return { uid: uid ?? NOBODY, gid: gid ?? NOBODY };
}

export async function giveTo(user: StepUser, path: string): Promise<void> {
  if (user.uid !== undefined && user.gid !== undefined) await chown(path, user.uid, user.gid);
}

/** The first directory on the way to `path` (itself included) that the user may not enter; undefined: all open. */
export async function findClosedDirectory(user: StepUser, path: string): Promise<string | undefined> {
  if (user.uid === undefined) return undefined;
  for (const directory of [...ancestorsOf(path), path]) {
    const info = await stat(directory).catch(() => undefined);
    if (info === undefined) return directory;
    const bit = info.uid === user.uid ? 0o100 : info.gid === user.gid ? 0o010 : 0o001;
    if ((info.mode & bit) === 0) return directory;
  }
  return undefined;
}

function ancestorsOf(path: string): readonly string[] {
  const parent = dirname(path);
  return parent === path ? [] : [...ancestorsOf(parent), parent];
}
