import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { eventually } from "../../testing/test-eventually.js";
import { besideTransaction, untilWaiting } from "../../testing/test-locks.js";
import { createPulse, getRun, listRuns, pulseOf, runNow } from "../../testing/test-pulse.js";
import { FAILED, startTestOpenPulse, type TestOpenPulse } from "./test-open-pulse.js";

let at: TestOpenPulse;
beforeAll(async () => {
  at = await startTestOpenPulse();
});
afterAll(() => at.close());
beforeEach(() => at.openPulse());

describe("a pulse", () => {
  it("that is deleted takes its open runs with it, and not its history", async () => {
    const done = await runNow(at.alice, at.pulse);
    await at.worker.report(await at.claimOne());
    const open = await runNow(at.alice, at.pulse);
    expect((await at.alice.del(`/api/v1/pulses/${at.pulse.id}`)).status).toBe(204);
    expect(await getRun(at.alice, open.id)).toMatchObject({
      state: "cancelled",
      reason: "pulse_deleted",
      pulseId: null,
    });
    expect(await getRun(at.alice, done.id)).toMatchObject({ state: "succeeded", pulseId: null });
    expect(await at.worker.claim()).toEqual([]);
    expect((await at.alice.del(`/api/v1/pulses/${at.pulse.id}`)).status).toBe(404);
  });

  it("has no run left when its lane goes, ended or not, and other lanes keep theirs", async () => {
    const elsewhere = await createPulse(at.alice, at.worker, {
      target: { repository: "octo-alice/elsewhere" },
    });
    const kept = await runNow(at.alice, elsewhere);
    await runNow(at.alice, at.pulse);
    await eventually(async () => (await at.worker.claim()).length === 2);
    await at.sql("delete from lanes where id = (select lane_id from pulses where id = $1)", [at.pulse.id]);
    expect(await listRuns(at.alice, at.pulse)).toEqual([]);
    expect(await getRun(at.alice, kept.id)).toMatchObject({ state: "claimed" });
  });

  it("that is deleted while its run is claimed lets it end, and tries nothing again", async () => {
    const run = await runNow(at.alice, at.pulse);
    const claimed = await at.claimOne();
    await at.alice.del(`/api/v1/pulses/${at.pulse.id}`);
    expect(await at.worker.report(claimed, FAILED)).toMatchObject({ body: { state: "failed" } });
    expect(await getRun(at.alice, run.id)).toMatchObject({ state: "failed" });
  });

  it("can be deleted beside another one with the same slots", async () => {
    const twin = await createPulse(at.alice, at.worker, { name: "Twin" });
    await at.sql(
      "update pulses set cursor_at = now() - interval '2 days', next_due_at = now() - interval '1 ms' where id = any($1)",
      [[twin.id, at.pulse.id]],
    );
    for (const each of [at.pulse, twin])
      await eventually(async () => (await listRuns(at.alice, each)).length > 0);
    for (const each of [at.pulse, twin])
      expect((await at.alice.del(`/api/v1/pulses/${each.id}`)).status).toBe(204);
  });

  it("that is deleted locks its runs before itself, as the sweeper does", async () => {
    const run = await runNow(at.alice, at.pulse);
    await besideTransaction(at.test, async (other) => {
      await other.query("select 1 from runs where id = $1 for update", [run.id]);
      const deleted = at.alice.del(`/api/v1/pulses/${at.pulse.id}`);
      await untilWaiting(at.test);
      await other.query("select 1 from pulses where id = $1 for key share nowait", [at.pulse.id]);
      await other.query("commit");
      expect((await deleted).status).toBe(204);
    });
  });

  it("writes in one order with another one of the same place, also after their worker has moved", async () => {
    const elsewhere = await createPulse(at.alice, at.worker, {
      target: { repository: "octo-alice/elsewhere" },
    });
    await at.sql("update workers set repository_full_name = 'octo-alice/moved' where id = $1", [
      at.worker.id,
    ]);
    const later = await createPulse(at.alice, at.worker);
    const named = await createPulse(at.alice, at.worker, { target: { repository: "octo-alice/moved" } });
    const lanes = await at.sql<{ lane_id: string }>(
      "select lane_id from pulses where id = any($1) order by created_at",
      [[at.pulse.id, elsewhere.id, later.id, named.id]],
    );
    const [own, other, ...rest] = lanes.map(({ lane_id }) => lane_id);
    expect(other).not.toBe(own);
    expect(rest).toEqual([own, own]);
  });

  it("names the repository's language where its messages ask for it", async () => {
    const message = {
      style: "pro",
      locale: "en",
      templates: ["More {language}"],
      repositoryLanguage: "Rust",
    };
    await runNow(at.alice, await createPulse(at.alice, at.worker, { message }));
    expect((await at.claimOne()).opened).toMatchObject({
      params: { message: expect.stringMatching(/^More Rust\n\n/) },
    });
  });

  it.each([
    [
      "an unknown placeholder",
      { message: { style: "pro", locale: "en", templates: ["Fine", "On {wekday}"] } },
      "message.templates.1",
    ],
    [
      "a language of two lines",
      { message: { style: "pro", locale: "en", templates: [], repositoryLanguage: "C\nPulse-Run: 1" } },
      "message.repositoryLanguage",
    ],
    ["a lone brace", { message: { style: "pro", locale: "en", templates: ["{"] } }, "message.templates.0"],
    [
      "the mark of another run",
      { message: { style: "pro", locale: "en", templates: ["Pulse-Run: 1"] } },
      "message.templates.0",
    ],
    [
      "marks that turn the text around",
      { message: { style: "pro", locale: "en", templates: ["Fine", "a\u202Eb"] } },
      "message.templates.1",
    ],
    [
      "a template that shows nothing",
      { message: { style: "pro", locale: "en", templates: ["\u200B"] } },
      "message.templates.0",
    ],
    [
      "a pause that leaves nothing before the year 10000",
      {
        rest: { restWeekdays: [], skipDates: [], freezes: [], pausedUntil: "9999-12-31T23:59:59Z" },
        timeZone: "Asia/Manila",
      },
      "rest",
    ],
    [
      "a branch that leaves its name space",
      { target: { repository: "octo-alice/notes", branch: "../main" } },
      "target.branch",
    ],
    ["a repository that is no name", { target: { repository: "-a/.." } }, "target.repository"],
    ["a schedule that cannot be read", { schedule: { kind: "cron", expression: "99 * * * *" } }, "schedule"],
  ])("with %s is refused when it is saved, and the place is named", async (_, changes, path) => {
    const answer = await at.alice.post("/api/v1/pulses", pulseOf(at.worker, changes));
    expect(answer).toMatchObject({ status: 422, body: { errors: [{ path }] } });
    if ("target" in changes) return;
    expect(await at.alice.patch(`/api/v1/pulses/${at.pulse.id}`, changes)).toMatchObject({ status: 422 });
  });
});
