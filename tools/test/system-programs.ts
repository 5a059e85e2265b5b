import { accessSync, constants } from "node:fs";
import path from "node:path";

/** A program that the tests need and npm cannot bring. */
export interface SystemProgram {
  /** What it is called in a message. */
  name: string;
  /** Any of these on the PATH will do. */
  commands: string[];
  debianPackage: string;
}

export const chromium: SystemProgram = {
  name: "chromium",
  commands: ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"],
  debianPackage: "chromium",
};

export const systemPrograms: SystemProgram[] = [
  { name: "git", commands: ["git"], debianPackage: "git" },
  { name: "redis-server", commands: ["redis-server"], debianPackage: "redis-server" },
  chromium,
];

/** The full path of the first of the commands that the PATH has. */
export function findProgram(program: SystemProgram, searchPath = process.env.PATH ?? ""): string | undefined {
  const folders = searchPath.split(path.delimiter).filter(Boolean);
  const candidates = program.commands.flatMap((command) =>
    folders.map((folder) => path.join(folder, command)),
  );
  return candidates.find((file) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** What to tell a person who has to install something. */
export function installAdvice(missing: SystemProgram[]): string {
  const names = missing.map((program) => program.name).join(", ");
  const packages = missing.map((program) => program.debianPackage).join(" ");
  return (
    `The tests need ${names}. Install ${missing.length > 1 ? "them" : "it"} and run npm test again. ` +
    `On Debian or Ubuntu: sudo apt-get install ${packages}. On macOS: brew install ${packages.replace("redis-server", "redis")}.`
  );
}
