// Writes the typed client's schema from the API's own OpenAPI document. With `--check`, writes nothing and fails
// when the file in the repository is not what the API says.
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const target = "apps/web/src/api/schema.gen.ts";
const checksOnly = process.argv.includes("--check");

const folder = await mkdtemp(path.join(tmpdir(), "pulsekeep-openapi-"));
try {
  const { stdout } = await run(process.execPath, ["apps/api/dist/print-openapi.js"], {
    maxBuffer: 64 * 1024 * 1024,
  });
  const document = path.join(folder, "openapi.json");
  await writeFile(document, stdout);
  const output = checksOnly ? path.join(folder, "schema.gen.ts") : target;
  await run(process.execPath, ["node_modules/openapi-typescript/bin/cli.js", document, "--output", output]);
  if (checksOnly && (await readFile(output, "utf8")) !== (await readFile(target, "utf8"))) {
    process.stderr.write(`${target} is not what the API's routes say. Run: npm run generate\n`);
    process.exitCode = 1;
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
