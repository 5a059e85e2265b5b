import type { AuditEntry } from "@pulsekeep/contracts/api/identity";
import type { Page } from "@pulsekeep/contracts/api/shared";
import { afterAll, beforeAll, expect, it } from "vitest";
import { TEST_PASSWORD, type TestApp, startTestApp } from "../../testing/test-app.js";
import type { TestClient } from "../../testing/test-client.js";
import { createTestProject, type TestProject } from "../../testing/test-project.js";
import { createPulse } from "../../testing/test-pulse.js";
import { enrolTestWorker, type TestWorker } from "../../testing/test-worker.js";

let test: TestApp;
let alice: TestClient;
let worker: TestWorker;
let project: TestProject;
beforeAll(async () => {
  test = await startTestApp({ roles: ["http"], standIn: { runner: false } });
  alice = await test.signUp("Alice");
  worker = await enrolTestWorker(test, alice);
  project = await createTestProject(alice);
});
afterAll(() => test.close());

/** What each route that changes something leaves in the audit. A new route needs a row here, or the suite fails. */
const RECORDED: Record<string, { does: () => Promise<unknown>; actions: string[] }> = {
  "PATCH /api/v1/me": {
    does: () => alice.patch("/api/v1/me", { name: "Alicia" }),
    actions: ["account.updated"],
  },
  "POST /api/v1/projects": {
    does: () => createTestProject(alice, { name: "Second" }),
    actions: ["project.created", "api_key.created"],
  },
  "PATCH /api/v1/projects/{id}": {
    does: () => alice.patch(project.path, { name: "Renamed" }),
    actions: ["project.updated"],
  },
  "POST /api/v1/projects/{id}/api-key/rotate": {
    does: () => alice.post(`${project.path}/api-key/rotate`),
    actions: ["api_key.rotated"],
  },
  "POST /api/v1/projects/{id}/api-key/revoke-previous": {
    does: async () => {
      await alice.post(`${project.path}/api-key/rotate`, { overlapSeconds: 60 });
      await alice.post(`${project.path}/api-key/revoke-previous`);
    },
    actions: ["api_key.rotated", "api_key.revoked"],
  },
  "POST /api/v1/projects/{id}/hmac/enable": {
    does: () => alice.post(`${project.path}/hmac/enable`),
    actions: ["hmac.enabled"],
  },
  "POST /api/v1/projects/{id}/hmac/rotate": {
    does: () => alice.post(`${project.path}/hmac/rotate`),
    actions: ["hmac.rotated"],
  },
  "POST /api/v1/projects/{id}/hmac/disable": {
    does: () => alice.post(`${project.path}/hmac/disable`),
    actions: ["hmac.disabled"],
  },
  "PUT /api/v1/projects/{id}/endpoint": {
    does: () =>
      alice.call("PUT", `${project.path}/endpoint`, { body: { url: "https://metrics.shop.invalid/m" } }),
    actions: ["endpoint.candidate_set"],
  },
  "POST /api/v1/projects/{id}/endpoint/test": {
    does: () => alice.post(`${project.path}/endpoint/test`),
    actions: ["endpoint.test_failed"],
  },
  "PUT /api/v1/projects/{id}/source": {
    does: () => alice.call("PUT", `${project.path}/source`, { body: { source: "push" } }),
    actions: ["endpoint.activated"],
  },
  "PUT /api/v1/projects/{id}/endpoint/block": {
    does: () => alice.call("PUT", `${project.path}/endpoint/block`, { body: { blocked: true } }),
    actions: ["endpoint.blocked"],
  },
  "POST /api/v1/projects/{id}/repositories": {
    does: () => alice.post(`${project.path}/repositories`, { name: "acme/shop" }),
    actions: ["repository.trusted"],
  },
  "DELETE /api/v1/projects/{id}/repositories/{repositoryId}": {
    does: async () => {
      const { body } = await alice.get<{ rows: { id: string }[] }>(`${project.path}/repositories`);
      await alice.del(`${project.path}/repositories/${body.rows[0]?.id}`);
    },
    actions: ["repository.removed"],
  },
  "PUT /api/v1/projects/{id}/badge": {
    does: () => alice.call("PUT", `${project.path}/badge`, { body: {} }),
    actions: ["badge.enabled"],
  },
  "DELETE /api/v1/projects/{id}/badge": {
    does: () => alice.del(`${project.path}/badge`),
    actions: ["badge.disabled"],
  },
  "PUT /api/v1/projects/{id}/slack": {
    does: async () => {
      const webhookUrl = `${test.env.SLACK_HOOKS_URL}/services/T00000001/B00000001/abcdefgh12345678`;
      await alice.call("PUT", `${project.path}/slack`, { body: { webhookUrl } });
      await alice.call("PUT", `${project.path}/slack`, { body: { kinds: ["warning"] } });
    },
    actions: ["slack.connected", "slack.changed"],
  },
  "POST /api/v1/projects/{id}/slack/test": {
    does: () => alice.post(`${project.path}/slack/test`),
    actions: ["slack.tested"],
  },
  "DELETE /api/v1/projects/{id}/slack": {
    does: () => alice.del(`${project.path}/slack`),
    actions: ["slack.removed"],
  },
  "PUT /api/v1/projects/{id}/policies": {
    does: () =>
      alice.call("PUT", `${project.path}/policies`, {
        body: {
          environment: null,
          document: { metrics: { cpu_usage: { muted: true } } },
          expectedVersion: 0,
        },
      }),
    actions: ["policy.changed"],
  },
  "DELETE /api/v1/projects/{id}": {
    does: () => alice.call("DELETE", project.path, { body: { confirmationName: "Renamed" } }),
    actions: ["project.deleted"],
  },
  "POST /api/v1/pulses": { does: () => createPulse(alice, worker), actions: ["pulse.created"] },
  "PATCH /api/v1/pulses/{id}": {
    does: async () => alice.patch(`/api/v1/pulses/${(await pulse()).id}`, { name: "Renamed" }),
    actions: ["pulse.updated"],
  },
  "DELETE /api/v1/pulses/{id}": {
    does: async () => alice.del(`/api/v1/pulses/${(await pulse()).id}`),
    actions: ["pulse.deleted"],
  },
  "POST /api/v1/provisionings": {
    does: () => alice.post("/api/v1/provisionings", {}),
    actions: ["worker.created", "consent.started"],
  },
  "POST /api/v1/provisionings/own-machine": {
    does: () => alice.post("/api/v1/provisionings/own-machine", {}),
    actions: ["worker.created", "worker.enrolment_started"],
  },
  "PUT /api/v1/workers/{id}/checkpoint-export": {
    does: () =>
      alice.call("PUT", `/api/v1/workers/${worker.id}/checkpoint-export`, { body: { enabled: true } }),
    actions: ["worker.checkpoints_exported"],
  },
  "POST /api/v1/proof/links": {
    does: () => alice.post("/api/v1/proof/links", { days: 7 }),
    actions: ["proof_link.created"],
  },
  "DELETE /api/v1/proof/links/{id}": {
    does: async () => {
      const { body } = await alice.get<{ rows: { id: string }[] }>("/api/v1/proof/links");
      await alice.del(`/api/v1/proof/links/${body.rows[0]?.id}`);
    },
    actions: ["proof_link.revoked"],
  },
};

/** Routes that change something and leave nothing in the audit, each with its reason. */
const NOT_RECORDED: Record<string, string> = {
  "POST /deployments/trigger": "the deployment's own row says who reported it, and when",
  "POST /deployments/finish": "the deployment's own row says who reported it, and when",
  "POST /api/v1/deployments": "the deployment's own row says who reported it, and when",
  "POST /api/v1/deployments/{id}/finish": "the deployment's own row says who reported it, and when",
  "POST /api/v1/projects/{id}/policies/preview": "computes, and keeps nothing",
  "POST /api/v1/projects/{id}/prometheus/test": "asks, and keeps nothing",
  "POST /api/v1/samples": "a sample is its own record",
  "POST /v1/metrics": "a sample is its own record",
  "POST /api/v1/deployments/{id}/replay": "computes, and keeps nothing",
  "POST /api/v1/pulses/preview": "computes, and keeps nothing",
  "POST /api/v1/pulses/{id}/run": "the ledger of runs is its own record",
  "POST /api/v1/runs/{id}/cancel": "the ledger of runs is its own record",
  "POST /api/v1/deployment-notices/{id}/dismiss": "hides a notice, and changes nothing else",
  "POST /api/v1/notices/dismiss": "hides a notice, and changes nothing else",
  "POST /api/v1/notices/{id}/{kind}/dismiss": "hides a notice, and changes nothing else",
  "POST /api/v1/workers/{id}/notices/dismissal": "hides a notice, and changes nothing else",
  "POST /api/v1/me/sign-in-again":
    "identity/account-deletion.int.test.ts: the database records both sessions",
  "POST /api/v1/workers/{id}/silence/dismissal": "hides a notice, and changes nothing else",
  "POST /v1/worker/enroll/installed": "the steps of the set-up are its own record",
  "POST /v1/worker/enroll/status": "reads",
  "POST /v1/worker/claim": "the ledger of runs is its own record",
  "POST /v1/worker/heartbeat": "the ledger of runs is its own record",
  "POST /v1/worker/release": "the ledger of runs is its own record",
};

/** Recorded too, where the test says so that has what they need. */
const ELSEWHERE: Record<string, string> = {
  "PUT /api/v1/deployments/{id}/feedback": "verdicts/reviews.int.test.ts",
  "DELETE /api/v1/deployments/{id}/feedback": "verdicts/reviews.int.test.ts",
  "DELETE /api/v1/projects/{id}/endpoint": "metrics/environment-endpoints.int.test.ts",
  "PUT /api/v1/projects/{id}/prometheus": "metrics/sources.int.test.ts",
  "PUT /api/v1/admin/quotas/{workspaceId}": "projects/projects.int.test.ts",
  "DELETE /api/v1/me": "identity/account-deletion.int.test.ts",
  "POST /api/v1/admin/dead-letters/{stream}/{id}/replay": "admin/admin.int.test.ts",
  "POST /api/v1/provisionings/{id}/retry": "workers/provisioning.int.test.ts",
  "POST /api/v1/provisionings/{id}/confirm": "workers/enrolments.int.test.ts",
  "POST /api/v1/workers/{id}/removal": "workers/worker-life.int.test.ts",
  "POST /v1/worker/enroll": "workers/enrolments.int.test.ts",
  "POST /v1/worker/enroll/failed": "workers/enrolments.int.test.ts",
  "POST /v1/worker/report":
    "workers/worker-protocol.int.test.ts, when it says that a signal was not ours or was repeated",
  "POST /v1/worker/hello": "workers/worker-protocol.int.test.ts, when it verifies the worker",
};

it("knows of every route that changes something what it records [AUD-04]", async () => {
  const { body } = await alice.get<{ paths: Record<string, Record<string, unknown>> }>("/docs/openapi.json");
  const changing = Object.entries(body.paths).flatMap(([path, operations]) =>
    Object.keys(operations)
      .filter((method) => method !== "get" && method !== "head")
      .map((method) => `${method.toUpperCase()} ${path}`),
  );
  const known = [...Object.keys(RECORDED), ...Object.keys(NOT_RECORDED), ...Object.keys(ELSEWHERE)];
  expect(known.toSorted()).toEqual(changing.toSorted());
});

it.each(Object.keys(RECORDED))("%s records exactly what it is to record [AUD-04]", async (route) => {
  const row = RECORDED[route];
  if (route.includes("/pulses/{id}")) await pulse();
  const before = (await actions()).length;
  await row?.does();
  expect((await actions()).slice(0, -before || undefined).toSorted()).toEqual(row?.actions.toSorted());
});

it("records sign-up, sign-in and sign-out, and no failed sign-in as one [AUD-04]", async () => {
  const bob = await test.signUp("Bob");
  expect(await actions(bob)).toEqual(["account.signed_in", "account.created"]);
  const again = test.newClient();
  const credentials = { email: "bob@example.test", password: TEST_PASSWORD };
  await again.post("/api/auth/sign-in/email", { ...credentials, password: "wrong-wrong-wrong" });
  expect(await actions(bob)).toHaveLength(2);
  await again.post("/api/auth/sign-in/email", credentials);
  await again.post("/api/auth/sign-out");
  expect(await actions(bob)).toEqual([
    "account.signed_out",
    "account.signed_in",
    "account.signed_in",
    "account.created",
  ]);
});

/** Names of what was recorded, newest first. */
async function actions(client = alice): Promise<string[]> {
  const { body } = await client.get<Page<AuditEntry>>("/api/v1/audit?limit=100");
  return body.rows.map(({ action }) => action);
}

/** The newest pulse, made when there is none. */
async function pulse(): Promise<{ id: string }> {
  const { body } = await alice.get<Page<{ id: string }>>("/api/v1/pulses");
  return body.rows[0] ?? createPulse(alice, worker);
}
