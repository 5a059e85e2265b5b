import { constants } from "node:fs";
import { open } from "node:fs/promises";

const MAX_BYTES = 1024 * 1024;

export class CommandFileError extends Error {
  override readonly name = "CommandFileError";
}

/**
 * Text that a step left in one of its environment files. The step's user owns the file, so a link is not
 * followed: it could point at something that only the runner may read.
 * @throws CommandFileError above 1 MiB or if it is no plain file any more
 */
export async function readCommandFile(path: string): Promise<string> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(
    () => {
      throw new CommandFileError(`An environment file of the step cannot be read`);
    },
  );
  try {
    const { size } = await file.stat();
    if (size > MAX_BYTES)
      throw new CommandFileError(`An environment file of the step is over ${MAX_BYTES} bytes`);
    return await file.readFile("utf8");
  } finally {
    await file.close();
  }
}

/**
 * `name=value` lines and `name<<END` blocks, as in `GITHUB_OUTPUT` and `GITHUB_ENV`.
 * https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#multiline-strings
 * @throws CommandFileError
 */
export function parseAssignments(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const lines = text.split(/\r?\n/);
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? "";
    if (line === "") continue;
    const equals = line.indexOf("=");
    const block = line.indexOf("<<");
    if (equals >= 0 && (block < 0 || equals < block)) {
      found.set(requireName(line.slice(0, equals), line), line.slice(equals + 1));
    } else if (block >= 0) {
      const delimiter = line.slice(block + 2);
      const end = lines.indexOf(delimiter, at + 1);
      if (delimiter === "" || end < 0) {
        throw new CommandFileError(`Invalid value. Matching delimiter not found '${delimiter}'`);
      }
      found.set(requireName(line.slice(0, block), line), lines.slice(at + 1, end).join("\n"));
      at = end;
    } else throw new CommandFileError(`Invalid format '${line}'`);
  }
  return found;
}

function requireName(name: string, line: string): string {
  if (name === "") throw new CommandFileError(`Invalid format '${line}'. Name must not be empty`);
  return name;
}
