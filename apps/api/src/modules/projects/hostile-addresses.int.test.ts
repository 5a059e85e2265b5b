import type { EndpointTest, ProjectCreated } from "@pulsekeep/contracts/api/projects";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createOpenApiDocument } from "../../http/openapi.js";
import vectors from "../../platform/guarded-fetch/vectors/hostile-urls.json" with { type: "json" };
import { startTestApp, type TestApp } from "../../testing/test-app.js";
import type { TestClient } from "../../testing/test-client.js";
import { type NameRecord, startNameServer } from "../../testing/test-name-server.js";
import { createTestProject, type TestProject } from "../../testing/test-project.js";
import { watchDials } from "../../testing/watch-dials.js";
import { CollectorJobs } from "../metrics/collector.jobs.js";
import { listAddressFields } from "./test-address-fields.js";
import { startSentinels } from "./test-sentinels.js";

type Refusal = { code: string };
type Reply = { status: number; body: unknown };

/** Where nobody is: global unicast by its number, given back in 2006. */
const PUBLIC = "3ffe::93";
const QUERIES = {
  requests_per_sec: "up",
  latency_p95: "",
  error_rate: "",
  cpu_usage: "",
  memory_usage: "",
};

let test: TestApp;
let alice: TestClient;
let names: Awaited<ReturnType<typeof startNameServer>>;
let watch: ReturnType<typeof watchDials>;
let sentinels: Awaited<ReturnType<typeof startSentinels>>;
let now = new Date();
beforeAll(async () => {
  names = await startNameServer();
  sentinels = await startSentinels();
  test = await startTestApp({
    roles: ["http"],
    env: { PULSEKEEP_DNS_SERVERS: names.address },
    clock: () => now,
  });
  alice = await test.signUp("Alice");
});
afterAll(async () => {
  await test.close();
  await names.close();
  sentinels.close();
});
beforeEach(() => {
  names.state.asked.length = 0;
  names.state.answer = (name, type) => [record(name, type, type === "A" ? "127.0.0.1" : "::1")];
  watch = watchDials();
});
afterEach(() => watch.stop());

const record = (name: string, type: NameRecord["type"], data: string): NameRecord => ({ name, type, data });

/** What was dialled beside the server itself, its database and its Redis. */
const strangers = () => {
  const own = [test.url, test.database.ownerUrl, test.redis?.url ?? ""].map((url) => new URL(url).port);
  return watch.dialled.filter((address) => !own.some((port) => port !== "" && address.endsWith(`:${port}`)));
};

const AS_THEY_ARE = vectors.urls.map(({ url }) => url);

/** The same with the port of servers that are there to be reached. */
const movedToSentinels = (): string[] =>
  AS_THEY_ARE.filter((url) => URL.canParse(url)).map((url) => {
    const moved = new URL(url);
    moved.port = String(sentinels.port);
    return moved.href;
  });

/** One route of each source; the others go the same way, and 160 more requests each take their time. */
const WITH_SENTINELS = new Set([
  "put /api/v1/projects/{id}/endpoint url",
  "post /api/v1/projects/{id}/prometheus/test baseUrl",
]);

/** A limit of thirty tests a minute is no part of this. */
const later = () => {
  now = new Date(now.getTime() + 2_500);
};

/** Every route and field that takes an address; the answer must be a refusal, of the text or by a test. */
const ROUTES: Record<string, (url: string, project: TestProject) => Promise<Reply | EndpointTest>> = {
  "post /api/v1/projects metricsEndpoint": async (url) => {
    const created = await alice.post<ProjectCreated>("/api/v1/projects", {
      name: "Shop",
      metricsEndpoint: url,
    });
    if (created.status !== 201) return created;
    later();
    return (await alice.post<EndpointTest>(`/api/v1/projects/${created.body.project.id}/endpoint/test`)).body;
  },
  "put /api/v1/projects/{id}/endpoint url": async (url, { path }) => {
    const set = await alice.call("PUT", `${path}/endpoint`, { body: { url } });
    if (set.status !== 200) return set;
    later();
    return (await alice.post<EndpointTest>(`${path}/endpoint/test`)).body;
  },
  "post /api/v1/projects/{id}/prometheus/test baseUrl": async (url, { path }) => {
    later();
    const asked = await alice.post<EndpointTest>(`${path}/prometheus/test`, {
      baseUrl: url,
      labels: {},
      queries: QUERIES,
    });
    return asked.status === 200 ? asked.body : asked;
  },
  "put /api/v1/projects/{id}/prometheus baseUrl": async (url, { path }) => {
    later();
    const body = { baseUrl: url, labels: {}, queries: QUERIES };
    const set = await alice.call<EndpointTest>("PUT", `${path}/prometheus`, { body });
    return set.status === 200 ? set.body : set;
  },
};

/** Fields that take an address and only compare it with the one that is measured, or show it as a link. */
const NEVER_ASKED: Record<string, (url: string, project: TestProject) => Promise<Reply>> = {
  "put /api/v1/projects/{id}/slack webhookUrl": (url, { path }) =>
    alice.call("PUT", `${path}/slack`, { body: { webhookUrl: url, kinds: ["warning"], enabled: true } }),
  "post /deployments/trigger metrics_endpoint": (url, project) =>
    project.trigger({ env: "prod", metrics_endpoint: url }),
  "post /deployments/trigger run_url": (url, project) => project.trigger({ env: "prod", run_url: url }),
  "post /deployments/finish metrics_endpoint": (url, project) =>
    project.finish({ deployment_id: "dpl_1", result: "success", metrics_endpoint: url }),
  "post /api/v1/deployments runUrl": (url, project) =>
    alice.call("POST", "/api/v1/deployments", {
      body: { environment: "prod", runUrl: url },
      headers: { cookie: "", "x-api-key": project.apiKeyPlain },
    }),
};

describe("SSRF-01 a hostile address", () => {
  it("has no other way in than the fields that are tried here", () => {
    const fields = listAddressFields(createOpenApiDocument(test.app)).sort();
    expect(fields).toEqual([...Object.keys(ROUTES), ...Object.keys(NEVER_ASKED)].sort());
  });

  it.each(Object.entries(ROUTES))("is refused by %s, and nothing is dialled", async (route, send) => {
    const project = await createTestProject(alice);
    const urls = WITH_SENTINELS.has(route) ? [...AS_THEY_ARE, ...movedToSentinels()] : AS_THEY_ARE;
    let refusedByTest = 0;
    for (const url of urls) {
      const reply = await send(url, project);
      if ("ok" in reply) {
        refusedByTest += 1;
        expect(reply, url).toMatchObject({ ok: false, sample: null, endpoint: { activeUrl: null } });
        expect(["address_refused", "not_resolved"], url).toContain(reply.errorCode);
      } else {
        expect([400, 422], url).toContain(reply.status);
        expect(["ENDPOINT_INVALID_FORMAT", "invalid_input"], url).toContain((reply.body as Refusal).code);
      }
    }
    // Neither the shape of an address nor what it leads to is all that is looked at.
    expect(refusedByTest).toBeGreaterThan(urls.length / 3);
    expect(names.state.asked.length).toBeGreaterThan(10);
    expect(strangers()).toEqual([]);
    expect(sentinels.connections()).toBe(0);
    expect((await project.read()).endpoint).toMatchObject({ state: expect.stringMatching(/none|pending/) });
  });

  it.each(Object.entries(NEVER_ASKED))("is asked nothing by %s", async (_, send) => {
    const project = await createTestProject(alice);
    for (const url of AS_THEY_ARE) {
      now = new Date(now.getTime() + 1_000);
      expect((await send(url, project)).status, url).toBeLessThan(500);
    }
    expect(names.state.asked).toEqual([]);
    expect(strangers()).toEqual([]);
    expect(sentinels.connections()).toBe(0);
  });

  it.each(["endpoint", "prometheus"])(
    "is not asked by the collector as %s, though it stood in the database",
    async (source) => {
      const project = await createTestProject(alice);
      await test.sql("update metric_endpoints set next_scrape_at = null");
      // The database itself refuses NUL.
      const urls = AS_THEY_ARE.filter((url) => !url.includes("\0"));
      await test.sql(
        `with copies as (
         insert into projects (id, workspace_id, name, environments, sample_seconds, window_seconds, baseline_seconds, abandon_seconds)
         select gen_random_uuid(), workspace_id, url, environments, sample_seconds, window_seconds, baseline_seconds, abandon_seconds
         from projects cross join unnest($1::text[]) as url where projects.id = $2
         returning id, workspace_id, name)
       insert into metric_endpoints (project_id, workspace_id, state, source, active_url, prometheus, interval_seconds, next_scrape_at)
       select id, workspace_id, 'active', $3, name,
         jsonb_build_object('baseUrl', name, 'labels', '{}'::jsonb, 'windowSeconds', 60, 'queries', $4::jsonb), 60, clock_timestamp() - interval '1 ms'
       from copies`,
        [urls, project.id, source, JSON.stringify(QUERIES)],
      );
      const due = async () =>
        (
          await test.sql<{ n: number }>(
            "select count(*)::int as n from metric_endpoints where next_scrape_at < now()",
          )
        )[0]?.n;
      while ((await due()) !== 0) {
        await test.get(CollectorJobs).collectOnce();
        await test.get(CollectorJobs).settle();
      }
      const kept = await test.sql<{ n: number; measured: number }>(
        `select count(*)::int as n, count(requests_per_sec)::int as measured
       from metric_samples s join projects p on p.id = s.project_id where p.name = any($1) and s.missing_reason is not null`,
        [urls],
      );
      expect(kept).toEqual([{ n: urls.length, measured: 0 }]);
      expect(strangers()).toEqual([]);
      expect(sentinels.connections()).toBe(0);
      await test.sql("delete from projects where name = any($1)", [urls]);
    },
  );
});

describe("SSRF-07 a name that was good", () => {
  const HOST = "shop.customer.test";
  const URL_OF_SHOP = `http://${HOST}:8080/m`;
  const chain = (address: string, type: NameRecord["type"]) => [
    record(HOST, "CNAME", "shop.cdn.test"),
    record("shop.cdn.test", "CNAME", "edge.internal.test"),
    record("edge.internal.test", type, address),
  ];
  const answerWith = (addresses: Partial<Record<"A" | "AAAA", string>>) => {
    names.state.answer = (_, type) => {
      const address = addresses[type];
      return address === undefined ? [] : chain(address, type);
    };
  };
  /** As if it had been tested and activated while the name still led to the customer. */
  const activate = ({ id }: TestProject) =>
    test.sql(
      `update metric_endpoints set state = 'active', source = 'endpoint', active_url = $2,
         next_scrape_at = clock_timestamp() - interval '10 milliseconds'
       where project_id = $1`,
      [id, URL_OF_SHOP],
    );
  const scrape = async (project: TestProject) => {
    await activate(project);
    await test.get(CollectorJobs).collectOnce();
    await test.get(CollectorJobs).settle();
    return (await project.read()).lastScrapeErrorCode;
  };
  const testEndpoint = async ({ path }: TestProject) => {
    later();
    return (await alice.post<EndpointTest>(`${path}/endpoint/test`)).body;
  };

  it("is dialled where its aliases lead, and only at the address that was checked, however soon it moves", async () => {
    const project = await createTestProject(alice);
    await activate(project);
    let asked = 0;
    names.state.answer = (_, type) => {
      if (type === "A") return [];
      asked += 1;
      return chain(asked === 1 ? PUBLIC : "::1", type);
    };
    expect(await testEndpoint(project)).toMatchObject({ ok: false, errorCode: "connection_failed" });
    expect(strangers()).toEqual([`${PUBLIC}:8080`]);
    expect(names.state.asked).toEqual([`A ${HOST}`, `AAAA ${HOST}`]);
    // The next request asks again, and sees that it has moved.
    expect(await testEndpoint(project)).toMatchObject({ ok: false, errorCode: "address_refused" });
    expect(strangers()).toHaveLength(1);
  });

  it.each<[string, Partial<Record<"A" | "AAAA", string>>]>([
    ["into this machine", { A: "127.0.0.1" }],
    ["into a private network", { A: "10.0.0.5" }],
    ["to a cloud's metadata", { A: "169.254.169.254" }],
    ["into this machine by IPv6", { AAAA: "::1" }],
    ["to a mapped address", { AAAA: "::ffff:7f00:1" }],
    ["with one of two addresses", { A: "10.0.0.5", AAAA: PUBLIC }],
  ])("is refused at every request once its aliases lead %s", async (_, addresses) => {
    const project = await createTestProject(alice);
    answerWith(addresses);
    expect(await scrape(project)).toBe("address_refused");
    expect(await testEndpoint(project)).toMatchObject({ ok: false, errorCode: "address_refused" });
    expect(strangers()).toEqual([]);
    const samples = await test.sql("select * from metric_samples where project_id = $1", [project.id]);
    expect(samples).toMatchObject([{ missing_reason: "address_refused", requests_per_sec: null }]);
  });

  it("is refused when it is gone, and when its aliases lead nowhere", async () => {
    const project = await createTestProject(alice);
    names.state.answer = () => undefined;
    expect(await scrape(project)).toBe("not_resolved");
    names.state.answer = (name) => [record(name, "CNAME", "nowhere.test")];
    expect(await testEndpoint(project)).toMatchObject({ ok: false, errorCode: "not_resolved" });
    expect(strangers()).toEqual([]);
  });

  it("stays locked: neither another host nor a moved name takes its place unsaid", async () => {
    const project = await createTestProject(alice);
    await activate(project);
    const move = (body: object) => alice.call<Refusal>("PUT", `${project.path}/endpoint`, { body });
    expect(await move({ url: "http://other.test:8080/m" })).toMatchObject({
      status: 409,
      body: { code: "HOST_LOCK_VIOLATION" },
    });
    expect((await move({ url: "http://other.test:8080/m", migrateHost: true })).status).toBe(200);
    expect(await testEndpoint(project)).toMatchObject({ ok: false, errorCode: "address_refused" });
    expect((await project.read()).endpoint).toMatchObject({
      activeUrl: URL_OF_SHOP,
      hostLock: `${HOST}:8080`,
    });
  });
});
