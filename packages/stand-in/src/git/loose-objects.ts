import { createHash, randomUUID } from "node:crypto";
import { access, chmod, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { deflate, inflate } from "node:zlib";

// What is new lies in a file of its own (`git help repository-layout`). Reading one takes a hundredth of what starting
// git takes, and a run of a worker asks dozens of times.

export interface LooseObject {
  readonly type: string;
  readonly content: Buffer;
}

const pathOf = (gitDir: string, sha: string): string =>
  join(gitDir, "objects", sha.slice(0, 2), sha.slice(2));

/** Undefined where git has to be asked: packed, elsewhere, or not there. `sha` must be 40 hexadecimal digits. */
export async function findLooseObject(gitDir: string, sha: string): Promise<LooseObject | undefined> {
  const packed = await readFile(pathOf(gitDir, sha)).catch(() => undefined);
  if (packed === undefined) return undefined;
  const bytes = await promisify(inflate)(packed);
  const end = bytes.indexOf(0);
  const [type = ""] = bytes.subarray(0, end).toString("latin1").split(" ");
  return { type, content: bytes.subarray(end + 1) };
}

/** Writes a blob as `git hash-object -w` does, and returns its SHA. */
export async function writeLooseBlob(gitDir: string, content: Buffer | string): Promise<string> {
  const body = Buffer.from(content);
  const bytes = Buffer.concat([Buffer.from(`blob ${body.length}\0`), body]);
  const sha = createHash("sha1").update(bytes).digest("hex");
  const path = pathOf(gitDir, sha);
  if (await exists(path)) return sha;
  await mkdir(dirname(path), { recursive: true });
  // Whole or not at all, for whoever reads at the same time.
  const draft = join(dirname(path), `tmp_obj_${randomUUID()}`);
  await writeFile(draft, await promisify(deflate)(bytes));
  await chmod(draft, 0o444);
  await rename(draft, path);
  return sha;
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
