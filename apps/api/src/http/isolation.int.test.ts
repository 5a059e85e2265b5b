import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newId } from "../platform/ids.js";
import { startTestApp, type TestApp } from "../testing/test-app.js";
import type { Answer, TestClient } from "../testing/test-client.js";
import { createPulse, pulseOf, runNow } from "../testing/test-pulse.js";
import { enrolTestWorker } from "../testing/test-worker.js";

type Operation = { operationId: string; security?: unknown; parameters?: { name: string; in: string }[] };
type Route = { method: string; path: string; operationId: string; inPath: string[] };
type Fixture = { ids: Record<string, string>; bodies: Record<string, unknown> };

let test: TestApp;
let owner: TestClient;
let stranger: TestClient;
let routes: Route[];
let fixture: Fixture;

/** The identity that each id of a path belongs to. A new route with an id needs a row here, or the suite fails. */
const ID_OF: Record<string, (route: Route) => string | undefined> = {
  id: ({ path }) => Object.keys(fixture.ids).find((prefix) => path.startsWith(prefix)),
};

beforeAll(async () => {
  // Without the engine's loops, so that nothing moves but by what is asked for here.
  test = await startTestApp({ roles: ["http"], standIn: { runner: false } });
  [owner, stranger] = [await test.signUp("Alice"), await test.signUp("Mallory")];
  const { body } = await owner.get<{ paths: Record<string, Record<string, Operation>> }>(
    "/docs/openapi.json",
  );
  routes = Object.entries(body.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, { operationId }]) => ({
      method: method.toUpperCase(),
      path,
      operationId,
      inPath: [...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name),
    })),
  );
  const worker = await enrolTestWorker(test, owner);
  const pulse = await createPulse(owner, worker);
  const run = await runNow(owner, pulse);
  const { body: started } = await owner.post<{ id: string }>("/api/v1/provisionings", {});
  const { body: entries } = await owner.get<{ rows: { id: string }[] }>("/api/v1/audit");
  fixture = {
    ids: {
      "/api/v1/workers/": worker.id,
      "/api/v1/pulses/": pulse.id,
      "/api/v1/runs/": run.id,
      "/api/v1/provisionings/": started.id,
      "/api/v1/audit/": entries.rows[0]?.id ?? "",
    },
    bodies: {
      "PATCH /api/v1/pulses/{id}": { name: "Taken over" },
      "POST /api/v1/provisionings/{id}/confirm": { repositoryId: 1, ownerId: 1 },
      "PUT /api/v1/workers/{id}/checkpoint-export": { enabled: false },
      "POST /api/v1/workers/{id}/removal": { confirmation: "octo-alice/keepstreak-pulse" },
    },
  };
});
afterAll(() => test.close());

/** What anybody may ask about the audit log: hashes, signatures, keys. */
const PUBLIC = new Set([
  "/api/v1/audit/checkpoints",
  "/api/v1/audit/consistency",
  "/api/v1/audit/keys",
  "/api/v1/audit/leaves",
]);

/** Routes whose caller is a person; those of other modules' tests need their fixtures there. */
const ours = (): Route[] =>
  routes.filter(
    ({ path }) =>
      !PUBLIC.has(path) && /^\/api\/v1\/(workers|pulses|runs|provisionings|audit|me|events)(\/|$)/.test(path),
  );
const withId = (): Route[] => ours().filter(({ inPath }) => inPath.length > 0);

const ask = (
  client: TestClient,
  { method, path }: Route,
  id: string,
): Promise<Answer<Record<string, unknown>>> => {
  const body = fixture.bodies[`${method} ${path}`] ?? {};
  return client.call(method, path.replace(/\{\w+\}/g, id), method === "GET" ? {} : { body });
};

const idOf = (route: Route): string => {
  const prefix = ID_OF[route.inPath[0] ?? ""]?.(route);
  const id = prefix === undefined ? undefined : fixture.ids[prefix];
  if (id === undefined) throw new Error(`${route.method} ${route.path} has no fixture`);
  return id;
};

const comparable = ({ status, body }: Answer<Record<string, unknown>>) => ({
  status,
  body: { ...body, requestId: null },
});

describe("every route of a person's own things", () => {
  it("is found in the document", () => {
    expect(
      withId()
        .map(({ method, path }) => `${method} ${path}`)
        .sort(),
    ).toEqual([
      "DELETE /api/v1/pulses/{id}",
      "GET /api/v1/audit/{id}/proof",
      "GET /api/v1/provisionings/{id}",
      "GET /api/v1/pulses/{id}",
      "GET /api/v1/runs/{id}",
      "GET /api/v1/workers/{id}",
      "PATCH /api/v1/pulses/{id}",
      "POST /api/v1/provisionings/{id}/confirm",
      "POST /api/v1/provisionings/{id}/retry",
      "POST /api/v1/pulses/{id}/run",
      "POST /api/v1/runs/{id}/cancel",
      "POST /api/v1/workers/{id}/notices/dismissal",
      "POST /api/v1/workers/{id}/removal",
      "POST /api/v1/workers/{id}/silence/dismissal",
      "PUT /api/v1/workers/{id}/checkpoint-export",
    ]);
  });

  it("answers 401 to nobody, before it looks at anything", async () => {
    for (const route of ours().filter(({ path }) => path !== "/api/v1/sign-in-options"))
      for (const id of [route.inPath.length > 0 ? idOf(route) : "", "nonsense"]) {
        const { status, body } = await ask(test.newClient(), route, id);
        expect({ route: route.operationId, status, code: body.code }).toEqual({
          route: route.operationId,
          status: 401,
          code: "unauthenticated",
        });
      }
  });

  it("says the same 404 to a stranger as for a thing that does not exist, and changes nothing [IDOR-01]", async () => {
    const before = await snapshot();
    for (const route of withId()) {
      const foreign = comparable(await ask(stranger, route, idOf(route)));
      const missing = comparable(await ask(stranger, route, newId()));
      expect({ route: route.operationId, ...foreign }).toEqual({ route: route.operationId, ...missing });
      expect(foreign.status).toBe(404);
    }
    expect(await snapshot()).toEqual(before);
  });

  it("answers its owner", async () => {
    const ends = ({ method, path }: Route): number =>
      Number(method === "DELETE" || path.endsWith("/removal"));
    const inOrder = withId().sort((a, b) => ends(a) - ends(b));
    for (const route of inOrder) {
      const { status } = await ask(owner, route, idOf(route));
      // Nothing waits to be confirmed there, which only its owner is told.
      const ok = status < 300 || (route.path.endsWith("/confirm") && status === 409);
      expect({ route: route.operationId, ok }).toEqual({ route: route.operationId, ok: true });
    }
  });

  it("lists one's own things only, by whatever filter [IDOR-05]", async () => {
    const lists = ours().filter(
      ({ method, path, inPath }) =>
        method === "GET" && inPath.length === 0 && /s$|audit$/.test(path) && !path.endsWith("/events"),
    );
    expect(lists.length).toBeGreaterThanOrEqual(4);
    for (const { path } of lists) {
      const theirs = await stranger.get<{ rows: { id: string }[] }>(`${path}?limit=100`);
      const own = await owner.get<{ rows: { id: string }[]; nextCursor: string | null }>(`${path}?limit=1`);
      expect(theirs.status).toBe(200);
      const ids = new Set(own.body.rows.map(({ id }) => id));
      expect(theirs.body.rows.filter(({ id }) => ids.has(id))).toEqual([]);
      // Not all of them have pages.
      if (typeof own.body.nextCursor !== "string") continue;
      const page = await stranger.get<{ rows: { id: string }[] }>(`${path}?cursor=${own.body.nextCursor}`);
      expect((await stranger.get(`${path}?workspaceId=${newId()}`)).status).toBe(422);
      expect(page.body.rows.every(({ id }) => theirs.body.rows.some((row) => row.id === id))).toBe(true);
    }
    const runs = await stranger.get<{ rows: unknown[] }>(
      `/api/v1/runs?workerId=${fixture.ids["/api/v1/workers/"]}`,
    );
    expect(runs.body.rows).toEqual([]);
  });

  it("takes no foreign id in a body [IDOR-04]", async () => {
    const worker = { id: fixture.ids["/api/v1/workers/"] ?? "" };
    expect(await stranger.post("/api/v1/pulses", pulseOf(worker))).toMatchObject({
      status: 404,
      body: { code: "not_found" },
    });
    const own = await enrolTestWorker(test, stranger);
    for (const extra of [{ workspaceId: newId() }, { userId: newId() }, { id: newId() }])
      expect((await stranger.post("/api/v1/pulses", pulseOf(own, extra))).status).toBe(422);
  });
});

const snapshot = () =>
  test.sql(
    "select id, state, name, updated_at from pulses union all select id, state, '', null from runs union all select id, state, '', null from provisionings order by 1",
  );
