import { execFileSync } from "node:child_process";

export interface PostgresAccount {
  uid: number;
  gid: number;
}

// `nobody` comes last: other unprivileged processes run under it, and whoever shares the account of a
// PostgreSQL server can read its files.
const candidates = ["postgres", "_postgres", "daemon", "nobody"];

/**
 * The account that PostgreSQL runs under, because it refuses to run as root.
 * Undefined when this process is not root: then PostgreSQL simply runs as the same user.
 */
export function findPostgresAccount(): PostgresAccount | undefined {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of candidates) {
    const uid = readId("-u", name);
    const gid = readId("-g", name);
    if (uid !== undefined && gid !== undefined && uid !== 0) return { uid, gid };
  }
  return { uid: 65534, gid: 65534 };
}

function readId(flag: "-u" | "-g", name: string): number | undefined {
  try {
    return Number(
      execFileSync("id", [flag, name], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }),
    );
  } catch {
    return undefined;
  }
}
