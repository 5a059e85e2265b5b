/** One thing that must hold before a commit. */
export interface Check {
  name: string;
  command: string[];
}

const node = process.execPath;
const bin = (name: string) => `node_modules/.bin/${name}`;
const importRules = (tsConfig: string) => [
  bin("depcruise"),
  "--config",
  ".dependency-cruiser.cjs",
  "--ts-config",
  tsConfig,
];

/** Rows of one table; adding a check touches this file only. The longest come first. */
export const checks: Check[] = [
  { name: "unit tests", command: [bin("vitest"), "run", "--project", "unit", "--reporter=dot"] },
  {
    name: "types",
    command: [
      node,
      "node_modules/typescript-7/bin/tsc",
      "--noEmit",
      "--pretty",
      "false",
      "-p",
      "tsconfig.json",
    ],
  },
  {
    // Its route types are generated first: those of an older build know routes that have moved.
    name: "types of the web app",
    command: ["npm", "run", "--silent", "types", "--workspace", "@pulsekeep/web"],
  },
  { name: "lint", command: [bin("oxlint"), "--deny-warnings"] },
  {
    name: "import rules",
    command: [
      ...importRules("tsconfig.json"),
      "apps/api",
      "packages",
      "examples",
      "tools",
      "bench",
      "chaos",
      "e2e",
    ],
  },
  {
    name: "import rules of the web app",
    command: [...importRules("apps/web/tsconfig.json"), "apps/web/src"],
  },
  { name: "lockfile", command: ["npm", "ci", "--dry-run", "--loglevel=error"] },
  { name: "format", command: [bin("biome"), "format", "."] },
];
