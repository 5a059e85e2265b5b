import { readdirSync, readFileSync } from "node:fs";
import { RUN_REASONS } from "@pulsekeep/contracts/run-reasons";
import { expect, it } from "vitest";

const folder = new URL("./", import.meta.url);

it("every reason that the engine writes is in the contract", () => {
  const sources = readdirSync(folder).filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"));
  const written = new Set<string>();
  for (const name of sources) {
    const text = readFileSync(new URL(name, folder), "utf8");
    // As a column in SQL, as a property, as what a run was cancelled by, and as a named constant.
    for (const [, code] of text.matchAll(/\breason(?:: | = )["']([a-z_]+)["']/g)) written.add(code ?? "");
    for (const [, code] of text.matchAll(/\bcancelledBy\("([a-z_]+)"\)/g)) written.add(code ?? "");
    for (const [, code] of text.matchAll(/\bthen '([a-z]+(?:_[a-z]+)+)'/g)) written.add(code ?? "");
    for (const [, code] of text.matchAll(/\bconst [A-Z_]+ = "([a-z]+_[a-z_]+)";/g)) written.add(code ?? "");
  }
  expect([...written]).toEqual(expect.arrayContaining(["server_was_down", "lease_expired", "pulse_deleted"]));
  const gaps = ["rest_day", "skip_date", "minimum_distance", "paused", "freeze"];
  const known = new Set<string>([...RUN_REASONS, ...gaps]);
  expect([...written].filter((code) => !known.has(code))).toEqual([]);
});
