import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openBench, workflowOf, type RunnerBench } from "./testing/run-once.js";

let bench: RunnerBench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.dispose());

describe("steps", () => {
  test("runs steps as processes and concludes with success", async () => {
    const { run, log } = await bench.run(workflowOf(`- run: echo "hello $((6 * 7))"`));
    expect(run).toMatchObject({ status: "completed", conclusion: "success", name: "Wake" });
    expect(log).toContain("hello 42");
    expect(run.jobs[0]?.steps).toMatchObject([{ number: 2, conclusion: "success" }]);
  });

  test("hands outputs, variables and paths on to later steps", async () => {
    const { run, log } = await bench.run(
      workflowOf(`
- id: first
  run: |
    echo "answer=42" >> "$GITHUB_OUTPUT"
    printf 'text<<END\\none\\ntwo\\nEND\\n' >> "$GITHUB_OUTPUT"
    echo "COLOUR=blue" >> "$GITHUB_ENV"
    mkdir tools && printf '#!/bin/sh\\necho from-tool\\n' > tools/my-tool && chmod +x tools/my-tool
    echo "$PWD/tools" >> "$GITHUB_PATH"
- run: |
    echo "got \${{ steps.first.outputs.answer }} $COLOUR \${{ env.COLOUR }}"
    echo "\${{ steps.first.outputs.text }}" | wc -l
    my-tool`),
    );
    expect(run.conclusion).toBe("success");
    expect(log).toContain("got 42 blue blue");
    expect(log).toMatch(/Z 2\n/);
    expect(log).toContain("from-tool");
  });

  test("fails the run at a failing step, skips the next and still runs always() and failure()", async () => {
    const { run, log } = await bench.run(
      workflowOf(`
- { name: breaks, id: breaks, run: exit 3 }
- { name: skipped, run: echo never-printed }
- { name: cleanup, if: always(), run: 'echo "cleanup \${{ job.status }}"' }
- { name: alarm, if: "failure() && steps.breaks.outcome == 'failure'", run: echo alarm-rang }`),
    );
    expect(run.conclusion).toBe("failure");
    const conclusions = run.jobs[0]?.steps.map((step) => [step.name, step.conclusion]);
    expect(conclusions).toEqual([
      ["breaks", "failure"],
      ["skipped", "skipped"],
      ["cleanup", "success"],
      ["alarm", "success"],
    ]);
    expect(log).toContain("Process completed with exit code 3.");
    expect(log).toContain("cleanup failure");
    expect(log).not.toMatch(/Z never-printed/);
  });

  test("goes on after a failure with continue-on-error", async () => {
    const { run, log } = await bench.run(
      workflowOf(`
- { id: shaky, continue-on-error: true, run: exit 1 }
- run: echo "\${{ steps.shaky.outcome }}/\${{ steps.shaky.conclusion }}"`),
    );
    expect(run.conclusion).toBe("success");
    expect(log).toContain("failure/success");
  });

  test("removes the job's directory afterwards, home included", async () => {
    const { log } = await bench.run(
      workflowOf(
        `- run: echo kept > "$HOME/kept" && mkdir -m 500 locked && touch "$RUNNER_TEMP/t" && echo "home $HOME"`,
      ),
    );
    expect(log).toContain(`home ${bench.workDir}`);
    expect(await readdir(join(bench.workDir, "jobs"))).toEqual([]);
  });

  test("fails a step that uses an unknown action and names what it can do", async () => {
    const { run, log } = await bench.run(workflowOf(`- uses: actions/setup-node@v4`));
    expect(run.conclusion).toBe("failure");
    expect(log).toContain("'actions/setup-node@v4' is not supported by the local runner");
  });
});
