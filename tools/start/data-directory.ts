import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { explainFileFailure, StartFailure } from "./start-failure.ts";

/** Raised when a release changes the data directory in a way that older releases cannot read. */
const currentFormat = 1;

/**
 * Creates the data directory, or checks that this release may use what is there.
 * @throws StartFailure when a newer release wrote it, or when it cannot be written
 */
export function openDataDirectory(dataDir: string, release: string): void {
  const file = path.join(dataDir, "version.json");
  try {
    // Root's PostgreSQL runs under another account, which must be able to pass through, not to look around.
    mkdirSync(dataDir, { recursive: true, mode: process.getuid?.() === 0 ? 0o711 : 0o700 });
    mkdirSync(path.join(dataDir, "logs"), { recursive: true, mode: 0o700 });
    if (existsSync(file)) refuseNewer(dataDir, readVersion(file));
    writeFileSync(file, `${JSON.stringify({ format: currentFormat, release })}\n`, { mode: 0o600 });
  } catch (error) {
    throw explainFileFailure(error, dataDir);
  }
}

interface DataVersion {
  format: number;
  release: string;
}

function readVersion(file: string): DataVersion {
  try {
    const { format, release } = JSON.parse(readFileSync(file, "utf8"));
    if (Number.isInteger(format)) return { format, release: String(release) };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new StartFailure(
    `${file} is damaged. Restore it from your backup; for data of this release it reads {"format":${currentFormat}}.`,
  );
}

function refuseNewer(dataDir: string, version: DataVersion): void {
  if (version.format <= currentFormat) return;
  throw new StartFailure(
    `The data in ${dataDir} was written by PulseKeep ${version.release}, which is newer than this one. ` +
      "Update this checkout (git pull), or start empty with another PULSEKEEP_DATA_DIR.",
  );
}
