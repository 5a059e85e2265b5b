import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openBench, workflowOf, type RunnerBench } from "./testing/run-once.js";

let bench: RunnerBench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.dispose());

describe("log", () => {
  test("masks secrets however a step prints them, and the values it asks to mask", async () => {
    bench.host.secrets = { API_KEY: "s3cr3t-value-99", PEM: "first-line-of-key\nsecond-line-of-key" };
    const { run, log } = await bench.run(
      workflowOf(`
- env: { KEY: "\${{ secrets.api_key }}", PEM: "\${{ secrets.PEM }}", TOKEN: "\${{ github.token }}" }
  run: |
    test "$KEY" = s3cr3t-value-99 && echo compared-equal
    echo "plain $KEY"; printf '%s' "$KEY" | base64; echo "$PEM"; echo "token $TOKEN"
    printf 's3cr3t-'; sleep 0.05; printf 'value-99\\n'
    echo "::add-mask::learnt-later"; echo "said learnt-later" >&2
    echo "inline \${{ secrets.API_KEY }}"`),
    );
    expect(run.conclusion).toBe("success");
    expect(log).toContain("compared-equal");
    expect(log).toContain("plain ***");
    expect(log).toContain("said ***");
    expect(log).toContain("token ***");
    for (const secret of ["s3cr3t-value", "first-line-of", "second-line-of", "ghs_memory"]) {
      expect(log).not.toContain(secret);
    }
    expect(log).not.toContain(Buffer.from("s3cr3t-value-99").toString("base64").slice(0, -2));
  });

  test("turns workflow commands into the log's marks", async () => {
    const { log } = await bench.run(
      workflowOf(`
- run: |
    echo "::group::My part"
    echo "::error file=a.js,line=3::it broke%0Abadly"
    echo "::notice::by the way"
    echo "::endgroup::"
    echo "::stop-commands::pause"
    echo "::error::only text"
    echo "::pause::"
    echo "::debug::hidden"`),
    );
    expect(log).toContain("##[group]My part");
    expect(log).toContain("##[error]it broke");
    expect(log).toContain("##[notice]by the way");
    expect(log).toMatch(/Z ::error::only text/);
    expect(log).not.toMatch(/Z hidden/);
  });

  test("bounds what a step can write", async () => {
    const { run, log } = await bench.run(
      workflowOf(
        `- run: head -c 300000 /dev/zero | tr '\\0' x; echo; yes "$(head -c 60000 /dev/zero | tr '\\0' y)" | head -n 400`,
      ),
    );
    expect(run.conclusion).toBe("success");
    expect(log).toContain("x [line cut]");
    expect(log).toContain("The log is full");
    expect(log.length).toBeLessThan(9 * 1024 * 1024);
  });
});
