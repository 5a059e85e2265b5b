import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const sourceFolder = fileURLToPath(new URL("..", import.meta.url));

/** Who asks again by the clock, and why nobody could tell it. */
const BY_THE_CLOCK = {
  "features/admin/system-view.tsx": "figures of the system, which no message announces",
  "features/workers/use-live-provisioning.ts": "a consent that goes on at GitHub, for a minute or two",
  "live/live-updates.tsx": "where the stream does not come through",
};

it("defect 9: no list is asked for by the clock: pages are told what changed", () => {
  const files = readdirSync(sourceFolder, { recursive: true, encoding: "utf8" }).filter(
    (name) => /\.tsx?$/.test(name) && !name.includes(".test."),
  );
  expect(files.length).toBeGreaterThan(100);
  const polling = files.filter((name) =>
    /\brefetchInterval\b|\bsetInterval\(/.test(readFileSync(sourceFolder + name, "utf8")),
  );
  expect(polling.sort()).toEqual(Object.keys(BY_THE_CLOCK).sort());
});
