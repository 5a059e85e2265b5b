import { chmod, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { apiClient } from "../testing/api-client.js";
import { issueToken, startForTest } from "../testing/start-for-test.js";
import { workflowOf } from "./testing/run-once.js";

describe.runIf(process.getuid?.() === 0)("the stand-in's own data", () => {
  test("cannot be read by a step, though jobs run below the same directory", async () => {
    const dataDir = await mkdtemp(join(tmpdir(), "stand-in-"));
    await chmod(dataDir, 0o755);
    const standIn = await startForTest({ dataDir, runner: { startSchedules: false } });
    try {
      const api = apiClient(standIn.apiUrl, issueToken(standIn, "octo-alice", ["repo", "workflow"]));
      const steps = `
- run: |
    echo "at $(pwd)"
    for path in $(ls -A "${dataDir}"); do
      test "$path" = work || { if test -r "${dataDir}/$path"; then echo "open: $path"; else echo "closed: $path"; fi; }
    done`;
      await api.call("POST", "/user/repos", { name: "thief", private: true, auto_init: true });
      await api.call("PUT", "/repos/octo-alice/thief/contents/.github/workflows/w.yml", {
        message: "workflow",
        content: Buffer.from(workflowOf(steps)).toString("base64"),
      });
      await api.call("POST", "/repos/octo-alice/thief/actions/workflows/w.yml/dispatches", { ref: "main" });
      await standIn.whenIdle();
      const { repositories, runs } = standIn.context.store;
      const listed = runs.listListed(repositories.listAll()[0]?.id ?? 0, Date.now());
      const log = listed.flatMap(({ id }) => runs.listLog(id).map(({ text }) => text)).join("");
      expect(log).toContain(`at ${dataDir}/work/jobs/`);
      expect(log).toContain("Z closed: repos");
      expect(log).not.toMatch(/Z open: /);
    } finally {
      await standIn.dispose();
    }
  });
});
