import { existsSync } from "node:fs";
import path from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";

const root = path.resolve(import.meta.dirname, "../..");

/**
 * Files that take a quarter of a minute and more, most of it waiting: one that is begun last holds up the whole run.
 * vitest knows how long each took the last time; in a fresh checkout it only knows how long its text is.
 */
const LONGEST = [
  "apps/api/src/modules/workers/provisioning-faults.int.test.ts",
  "tools/demo/watched-deploy.int.test.ts",
  "apps/api/src/simulation/simulation.int.test.ts",
  "apps/api/src/modules/workers/provisioning-repositories.int.test.ts",
  "apps/api/src/modules/workers/provisioning.int.test.ts",
  "apps/api/src/platform/reconciler.int.test.ts",
  "apps/api/src/testing/command-line.int.test.ts",
  "apps/api/src/modules/pulses/killed-server.int.test.ts",
  "apps/api/src/modules/observability/observability.int.test.ts",
  "apps/api/src/modules/metrics/killed-collector.int.test.ts",
].map((file) => path.join(root, file));

const gone = LONGEST.find((file) => !existsSync(file));
if (gone !== undefined) throw new Error(`${gone} is to be run first, and is not there`);

const rankOf = ({ moduleId }: TestSpecification): number => {
  const rank = LONGEST.indexOf(moduleId);
  return rank === -1 ? LONGEST.length : rank;
};

/** The order of vitest, with those first that are known to take long. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    // Files of several projects come grouped.
    const projects = new Set(files.map(({ project }) => project.name));
    return projects.size > 1 ? sorted : sorted.toSorted((a, b) => rankOf(a) - rankOf(b));
  }
}
