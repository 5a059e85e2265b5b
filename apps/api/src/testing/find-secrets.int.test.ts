import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Provisioning, ProvisioningStarted } from "@pulsekeep/contracts/api/workers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findSecrets, type SecretPlaces } from "./find-secrets.js";
import { startTestApp, TEST_PASSWORD, type TestApp } from "./test-app.js";
import { answerConsent, signInWithGitHub } from "./test-consent.js";
import { eventually } from "./test-eventually.js";
import { createPulse, runNow } from "./test-pulse.js";
import { createRedisForTest } from "./test-redis-client.js";

let test: TestApp;
let folder: string;
beforeAll(async () => {
  test = await startTestApp({ standIn: true });
  folder = await mkdtemp(path.join(tmpdir(), "pulsekeep-search-"));
});
afterAll(async () => {
  await test.close();
  await rm(folder, { recursive: true, force: true });
});

const everywhere = (): SecretPlaces => ({
  databaseUrl: test.database.superuserUrl,
  redisUrl: test.redis?.url ?? "",
  texts: { logs: test.logs },
  folders: [folder],
});

it("finds no token that GitHub issued, and no secret of ours, after both journeys [ZT-01]", async () => {
  const client = test.newClient();
  await signInWithGitHub(client, "octo-alice");
  const { body } = await client.post<ProvisioningStarted>("/api/v1/provisionings", {});
  await client.fetch("GET", await answerConsent(body.authorizeUrl));
  const done = await eventually(
    async () => {
      const now = (await client.get<Provisioning>(`/api/v1/provisionings/${body.id}`)).body;
      return now.state === "done" && now.tokenRevokedAt !== null && now;
    },
    { timeoutMs: 40_000 },
  );
  await runNow(client, await createPulse(client, { id: done.workerId }));
  const erin = await test.signUp("Erin");
  await test
    .newClient()
    .post("/api/auth/sign-in/email", { email: erin.email, password: `${TEST_PASSWORD}-wrong` });

  const issued = test.standIn?.context.store.tokens.listIssued() ?? [];
  expect(new Set(issued.map(({ kind }) => kind))).toEqual(new Set(["oauth", "job"]));
  const cookies = [client, erin].map(({ jar }) => jar.get(test.url)?.get("pulsekeep.session_token") ?? "");
  const secrets = [
    ...issued.map(({ tokenPlain }) => tokenPlain),
    ...cookies.map((cookie) => decodeURIComponent(cookie).split(".")[0] ?? ""),
    TEST_PASSWORD,
    test.env.AUTH_SECRET,
    ...Object.values(test.env.PULSEKEEP_KEYRING.keys),
    test.env.GITHUB_CLIENT_SECRET ?? "",
    test.env.GITHUB_PROVISIONING_CLIENT_SECRET ?? "",
  ];
  expect(await findSecrets(secrets, everywhere())).toEqual([]);
});

describe("a token planted", () => {
  const token = `gho_${randomBytes(27).toString("base64url")}+/%`;
  const bytes = Buffer.from(token);
  const forms: [string, string][] = [
    ["raw", `x${token}y`],
    ["hex", `x${bytes.toString("hex").toUpperCase()}`],
    ["url", `?t=${encodeURIComponent(token)}&`],
    ["base64", Buffer.concat([Buffer.from("a"), bytes, Buffer.from("zz")]).toString("base64")],
    ["base64", Buffer.concat([Buffer.from("aa"), bytes, Buffer.from("z")]).toString("base64")],
    ["base64url", Buffer.concat([Buffer.from("aaa"), bytes]).toString("base64url")],
  ];

  it.each(forms)("in a table is found (%s)", async (encoding, text) => {
    await test.sql("create table planted (a text, b jsonb, c bytea)");
    try {
      for (const [column, value] of [
        ["a", text],
        ["b", JSON.stringify({ deep: [text] })],
        ["c", Buffer.from(text)],
      ] as const) {
        await test.sql("truncate planted");
        await test.sql(`insert into planted (${column}) values ($1)`, [value]);
        const found = await findSecrets([token], { databaseUrl: test.database.superuserUrl });
        expect(found).toContainEqual({ index: 0, encoding, place: "public.planted" });
      }
    } finally {
      await test.sql("drop table planted");
    }
  });

  it("in a table of the product is found behind its row security", async () => {
    const alice = await test.signUp("Alice");
    await alice.patch("/api/v1/me", { name: token });
    const found = await findSecrets([token], { databaseUrl: test.database.superuserUrl });
    expect(found.map(({ place }) => place)).toEqual(["public.users"]);
    await alice.patch("/api/v1/me", { name: "Alice" });
  });

  it.each(forms)("in every type of Redis is found (%s)", async (encoding, text) => {
    const redis = await createRedisForTest(test.redis?.url ?? "");
    const plants: Record<string, () => Promise<unknown>> = {
      string: () => redis.set("planted", text),
      list: () => redis.rpush("planted", text),
      set: () => redis.sadd("planted", text),
      zset: () => redis.zadd("planted", 1, text),
      hash: () => redis.hset("planted", text, "1"),
      stream: () => redis.xadd("planted", "*", "field", text),
    };
    for (const [type, plant] of Object.entries(plants)) {
      await plant();
      const found = await findSecrets([token], { redisUrl: test.redis?.url ?? "" });
      expect(found).toContainEqual({ index: 0, encoding, place: `redis ${type}` });
      await redis.del("planted");
    }
    await redis.set(`planted:${text}`, "1");
    expect(await findSecrets([token], { redisUrl: test.redis?.url ?? "" })).not.toEqual([]);
    await redis.del(`planted:${text}`);
    redis.disconnect();
  });

  it.each(forms)("in a log, a mail or a file is found (%s)", async (encoding, text) => {
    expect(await findSecrets([token], { texts: { logs: ["fine", text], mails: [text] } })).toEqual(
      expect.arrayContaining([
        { index: 0, encoding, place: "logs" },
        { index: 0, encoding, place: "mails" },
      ]),
    );
    const deep = path.join(folder, "a", "b");
    await mkdir(deep, { recursive: true });
    await writeFile(path.join(deep, "planted.bin"), Buffer.concat([randomBytes(99), Buffer.from(text)]));
    const found = await findSecrets([token], { folders: [folder] });
    expect(found).toContainEqual({ index: 0, encoding, place: path.join(deep, "planted.bin") });
    await rm(path.join(folder, "a"), { recursive: true });
    expect(await findSecrets([token], everywhere())).toEqual([]);
  });

  it("that is too short to be told from chance is refused", async () => {
    await expect(findSecrets(["short"], {})).rejects.toThrow(RangeError);
  });
});
