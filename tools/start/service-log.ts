import {
  closeSync,
  copyFileSync,
  existsSync,
  fstatSync,
  openSync,
  readSync,
  renameSync,
  statSync,
  truncateSync,
} from "node:fs";
import path from "node:path";

const maximumBytes = 32 * 1024 * 1024;

/** The log file of one service: the last run's is kept as `.1`, and neither grows without bound. */
export interface ServiceLog {
  file: string;
  fd: number;
  /** Keeps what was written so far as `.1` when there is too much of it. */
  bound(): void;
  close(): void;
}

export function openServiceLog(folder: string, name: string): ServiceLog {
  const file = path.join(folder, `${name.toLowerCase().replaceAll(" ", "-")}.log`);
  const previous = `${file}.1`;
  if (existsSync(file)) renameSync(file, previous);
  // Append mode: after the file is emptied the service goes on writing at its new end.
  const fd = openSync(file, "a", 0o600);
  return {
    file,
    fd,
    bound: () => {
      if (statSync(file).size <= maximumBytes) return;
      copyFileSync(file, previous);
      truncateSync(file);
    },
    close: () => closeSync(fd),
  };
}

/** The last lines of a log, without reading all of it. */
export function readLastLines(file: string, count: number): string {
  const fd = openSync(file, "r");
  try {
    const size = fstatSync(fd).size;
    const bytes = Buffer.alloc(Math.min(size, 16 * 1024));
    readSync(fd, bytes, 0, bytes.length, size - bytes.length);
    return bytes.toString("utf8").trimEnd().split("\n").slice(-count).join("\n");
  } finally {
    closeSync(fd);
  }
}
