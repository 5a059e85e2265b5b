import type { Statements } from "@pulsekeep/database";
import { expect, it } from "vitest";
import type { PipelineCaller } from "../../http/caller.js";
import type { Databases } from "../../platform/database.js";
import { PipelineBatches, settle } from "./pipeline-batches.js";

const callerOf = (name: string): PipelineCaller => ({
  kind: "api_key",
  apiKeyId: name,
  projectId: `project ${name}`,
  workspaceId: `workspace ${name.charAt(0)}`,
});

const failure = (code: string) => Object.assign(new Error(code), { code });

/** Batches over a database that fails a transaction of whoever is named with the code. */
function newBatches(failing: Record<string, string> = {}) {
  const scopes: Parameters<Databases["inCi"]>[0][] = [];
  const inCi: Databases["inCi"] = async (scope, work) => {
    scopes.push(scope);
    await new Promise(setImmediate);
    const code = scope.turns.map((turn) => failing[turn.replace("project ", "")]).find((one) => one);
    if (code !== undefined) throw failure(code);
    return work({} as Statements);
  };
  const batches = new PipelineBatches<{ caller: PipelineCaller }, string>({ inCi }, async (_, requests) =>
    requests.map(({ caller: { projectId } }) =>
      settle(() => {
        if (projectId === "project wrong") throw new TypeError("wrong");
        return projectId;
      }),
    ),
  );
  const call = (...names: string[]) =>
    Promise.allSettled(names.map((name) => batches.call({ caller: callerOf(name) })));
  return { call, scopes };
}

const valuesOf = (settled: PromiseSettledResult<string>[]) =>
  settled.map((one) => (one.status === "fulfilled" ? one.value : one.reason));

it("works calls of different workspaces in one transaction, in the order of their workspaces", async () => {
  const { call, scopes } = newBatches();
  expect(valuesOf(await call("c", "a", "b"))).toEqual(["project c", "project a", "project b"]);
  expect(scopes.map(({ turns }) => turns)).toEqual([["project a", "project b", "project c"]]);
});

it("never works two calls of one workspace together", async () => {
  const { call, scopes } = newBatches();
  await call("a1", "a2", "b1", "a3");
  expect(scopes.map(({ turns }) => turns)).toEqual([
    ["project a1", "project b1"],
    ["project a2"],
    ["project a3"],
  ]);
});

it.each(["55P03", "40P01", "23503"])("tries each by itself when one of many failed with %s", async (code) => {
  const { call, scopes } = newBatches({ b: code });
  const [first, second, third] = valuesOf(await call("a", "b", "c"));
  expect([first, third]).toEqual(["project a", "project c"]);
  expect(second).toMatchObject({ code: code === "55P03" ? "unavailable" : code });
  expect(scopes.map(({ turns }) => turns.length)).toEqual([3, 1, 1, 1]);
  // Alone nobody else is held up.
  expect(scopes[1]?.patienceMs).toBeGreaterThan(scopes[0]?.patienceMs ?? 0);
});

it("repeats nothing when it is not known what became of it", async () => {
  const { call, scopes } = newBatches({ b: "57P01" });
  expect(valuesOf(await call("a", "b"))).toMatchObject([{ code: "57P01" }, { code: "57P01" }]);
  expect(scopes).toHaveLength(1);
});

it("keeps a fault that one call brings about from the others", async () => {
  const { call, scopes } = newBatches();
  expect(valuesOf(await call("a", "wrong"))).toEqual(["project a", new TypeError("wrong")]);
  expect(scopes).toHaveLength(1);
});
