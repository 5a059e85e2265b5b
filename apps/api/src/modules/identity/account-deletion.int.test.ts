import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AccountDeletionTerms } from "@pulsekeep/contracts/api/identity";
import { parseEnv } from "../../env.js";
import { Databases } from "../../platform/database.js";
import { startTestApp, TEST_PASSWORD, type TestApp } from "../../testing/test-app.js";
import type { TestClient } from "../../testing/test-client.js";
import { signInWithGitHub } from "../../testing/test-consent.js";
import { eventually } from "../../testing/test-eventually.js";
import { createTestProject } from "../../testing/test-project.js";
import { createPulse, runNow } from "../../testing/test-pulse.js";
import { enrolTestWorker } from "../../testing/test-worker.js";
import { verifyLog } from "../audit/test-audit-log.js";
import { runKeysCommand } from "../vault/keys-command.js";
import { VaultService } from "../vault/vault.service.js";

let test: TestApp;
beforeAll(async () => {
  test = await startTestApp({ standIn: { runner: false } });
});
afterAll(() => test.close());

const remove = (client: TestClient, body: object) => client.call("DELETE", "/api/v1/me", { body });
const signIn = async (email: string) => {
  const client = test.newClient();
  const { status } = await client.post("/api/auth/sign-in/email", { email, password: TEST_PASSWORD });
  return { client, status };
};

describe("deleting one's account", () => {
  it("asks for the password and the address, and is refused without them", async () => {
    const alice = await test.signUp("Alice");
    expect((await alice.get<AccountDeletionTerms>("/api/v1/me/deletion")).body).toEqual({
      proof: "password",
      signedInRecently: true,
      repositories: [],
    });
    for (const [body, code] of [
      [
        { confirmationEmail: "bob@example.test", password: TEST_PASSWORD },
        "account_delete_confirmation_mismatch",
      ],
      [{ confirmationEmail: alice.email }, "password_wrong"],
      [{ confirmationEmail: alice.email, password: "wrong-password-1" }, "password_wrong"],
    ] as const)
      expect((await remove(alice, body)).body).toMatchObject({ code });
    expect((await alice.get("/api/v1/me")).status).toBe(200);
    expect(await test.sql("select 1 from audit_entries where action = 'account.deleted'")).toEqual([]);
  });

  it("lets nobody guess the password there", async () => {
    const { client } = await signIn("alice@example.test");
    const statuses = [];
    for (let tries = 0; tries < 6; tries += 1)
      statuses.push(
        (await remove(client, { confirmationEmail: "alice@example.test", password: `guess-${tries}-x` }))
          .status,
      );
    expect(statuses.at(-1)).toBe(429);
  });

  it("is refused from another site, and to a session that is nobody's", async () => {
    const body = { confirmationEmail: "alice@example.test", password: TEST_PASSWORD };
    const { client } = await signIn("alice@example.test");
    const foreign = await client.call("DELETE", "/api/v1/me", {
      body,
      headers: { origin: "https://evil.example" },
    });
    expect(foreign.status).toBe(403);
    expect((await remove(test.newClient(), body)).status).toBe(401);
  });

  it("needs a recent sign-in of those who have no password", async () => {
    const octo = test.newClient();
    await signInWithGitHub(octo, "octo-alice");
    const confirmationEmail = "octo-alice@example.test";
    expect((await octo.get("/api/v1/me/deletion")).body).toMatchObject({
      proof: "recent_sign_in",
      signedInRecently: true,
    });
    await test.sql(
      "update sessions s set created_at = now() - interval '11 minutes' from users u where u.id = s.user_id and u.email = $1",
      [confirmationEmail],
    );
    expect((await octo.get("/api/v1/me/deletion")).body).toMatchObject({ signedInRecently: false });
    expect((await remove(octo, { confirmationEmail })).body).toMatchObject({ code: "sign_in_again" });
    const again = test.newClient();
    await signInWithGitHub(again, "octo-alice");
    expect((await remove(again, { confirmationEmail })).status).toBe(204);
    expect((await octo.get("/api/v1/me")).status).toBe(401);
  });

  it("is not the only thing that does: who has a password begins a new session by it, and others where they signed in", async () => {
    const ivan = await test.signUp("Ivan");
    const me = (await ivan.get<{ user: { id: string } }>("/api/v1/me")).body;
    const { status, body } = await ivan.get("/api/v1/me/sign-in-again");
    expect({ status, body }).toEqual({ status: 200, body: { password: true, providers: [] } });
    const sessions = () =>
      test.sql(
        "select id, created_at > now() - interval '1 minute' as fresh from sessions where user_id = $1",
        [me.user.id],
      );
    await test.sql("update sessions set created_at = now() - interval '11 minutes' where user_id = $1", [
      me.user.id,
    ]);
    const [old] = await sessions();
    expect(await ivan.post("/api/v1/me/sign-in-again", { password: "not-mine-at-all" })).toMatchObject({
      status: 403,
      body: { code: "password_wrong" },
    });
    expect(await sessions()).toEqual([old]);
    expect((await ivan.post("/api/v1/me/sign-in-again", { password: TEST_PASSWORD })).status).toBe(204);
    const now = await sessions();
    expect(now).toEqual([{ id: expect.any(String), fresh: true }]);
    expect(now[0]?.["id"]).not.toBe(old?.["id"]);
    expect((await ivan.get("/api/v1/me")).status).toBe(200);
    const actions = (await ivan.get<{ rows: { action: string }[] }>("/api/v1/audit?limit=100")).body.rows;
    expect(actions.filter(({ action }) => action === "account.signed_in")).toHaveLength(2);
    expect(actions.filter(({ action }) => action === "account.signed_out")).toHaveLength(1);

    const octo = test.newClient();
    await signInWithGitHub(octo, "octo-bob");
    expect((await octo.get("/api/v1/me/sign-in-again")).body).toEqual({
      password: false,
      providers: ["github"],
    });
    for (const tries of [3, 2, 1, 0])
      expect((await ivan.post("/api/v1/me/sign-in-again", { password: `wrong-${tries}-wrong` })).status).toBe(
        tries === 0 ? 429 : 403,
      );
  });

  it("takes everything with it, at once, and the audit soon after [CRY-09]", async () => {
    const carol = await test.signUp("Carol");
    const dave = await test.signUp("Dave");
    const worker = await enrolTestWorker(test, carol);
    const kept = await enrolTestWorker(test, dave);
    await createTestProject(carol);
    await worker.hello();
    await runNow(carol, await createPulse(carol, worker));
    const { workspaceId } = worker;
    const [person] = await test.sql<{ id: string }>("select id from users where email = $1", [carol.email]);
    const userId = person?.id ?? "";
    const other = (await signIn(carol.email)).client;
    expect((await carol.get("/api/v1/me/deletion")).body).toMatchObject({
      repositories: ["octo-alice/keepstreak-pulse"],
    });

    const answer = await remove(carol, {
      confirmationEmail: ` ${carol.email.toUpperCase()}`,
      password: TEST_PASSWORD,
    });
    expect(answer.status).toBe(204);
    expect(carol.jar.get(test.url)?.get("pulsekeep.session_token") ?? "").toBe("");
    expect((await carol.get("/api/v1/me")).status).toBe(401);
    expect((await other.get("/api/v1/me")).status).toBe(401);
    expect((await signIn(carol.email)).status).toBe(401);
    expect((await worker.hello()).status).toBe(401);

    await eventually(
      async () =>
        (await tablesThatName(workspaceId, userId)).join() === "account_erasures,audit_entries,audit_leaves",
    );
    await eventually(async () => (await entriesOf(workspaceId)).length === 1);
    expect(await entriesOf(workspaceId)).toMatchObject([
      {
        action: "account.deleted",
        actor_id: userId,
        facts: { proof: "password", workers: 1, pulses: 1, projects: 1 },
      },
    ]);
    expect(
      await test.sql(
        "select 1 from audit_leaves l where workspace_id = $1 and salt is not null and not exists (select from audit_entries e where e.id = l.entry_id)",
        [workspaceId],
      ),
    ).toEqual([]);
    expect((await verifyLog(test)).findings).toEqual([]);
    // The neighbour notices nothing, nor do the loops.
    expect((await kept.hello()).status).toBe(200);
    expect((await dave.get("/api/v1/me")).status).toBe(200);
    expect(test.logs.filter((line) => line.includes("turn failed"))).toEqual([]);
    expect((await test.signUp("Carol")).name).toBe("Carol");
  });

  it("knows of every table that holds something of a workspace", async () => {
    const left = await test.sql<{ name: string }>(
      `with recursive gone as (
         select 'workspaces'::regclass::oid as id
         union
         select c.conrelid from pg_constraint c join gone on c.confrelid = gone.id
         where c.contype = 'f' and c.confdeltype = 'c' and c.conrelid <> c.confrelid
       )
       select t.relname as name from pg_class t join pg_attribute a on a.attrelid = t.oid and a.attname = 'workspace_id'
       where t.relkind in ('r', 'p') and not t.relispartition and t.relnamespace = 'public'::regnamespace
         and not a.attisdropped and t.oid not in (select id from gone) order by 1`,
    );
    expect(left.map(({ name }) => name)).toEqual([
      "account_erasures",
      // Taken out once the deletion has its place in the log.
      "audit_entries",
      "audit_leaves",
      // By its own statement: a partitioned table of that size has no foreign keys.
      "metric_samples",
      // By a trigger of their lanes, and notices with their runs.
      "run_notices",
      "runs",
    ]);
  });

  it("deletes nothing when its audit entry cannot be written [AUD-05]", async () => {
    const erin = await test.signUp("Erin");
    await test.sql(
      "alter table audit_entries add constraint nothing_more check (action <> 'account.deleted') not valid",
    );
    const answer = await remove(erin, { confirmationEmail: erin.email, password: TEST_PASSWORD });
    await test.sql("alter table audit_entries drop constraint nothing_more");
    expect(answer.status).toBe(500);
    expect((await erin.get("/api/v1/me")).status).toBe(200);
  });

  it("is no function that a request can call for somebody else, or without its audit entry", async () => {
    const frank = await test.signUp("Frank");
    const grace = await test.signUp("Grace");
    const [a, b] = [await idsOf(frank), await idsOf(grace)];
    const call = (workspaceId: string, userId: string) =>
      test.get(Databases).inTenant({ workspaceId, userId }, (tx) => tx.execute("select delete_account()"));
    for (const [workspaceId, userId] of [
      [a.workspaceId, a.userId],
      [a.workspaceId, b.userId],
      [b.workspaceId, a.userId],
    ] as const)
      await expect(call(workspaceId, userId)).rejects.toMatchObject({ cause: { code: "42501" } });
    await expect(test.get(Databases).engine.execute("select delete_account()")).rejects.toMatchObject({
      cause: { code: "42501" },
    });
  });
});

describe("a backup", () => {
  it("opens nothing of a deleted account once the key that wrapped its data key is gone [CRY-09]", async () => {
    const heidi = await test.signUp("Heidi");
    const worker = await enrolTestWorker(test, heidi);
    const place = { table: "workers", column: "handshake_secret_sealed", row: worker.id };
    const backup = {
      dataKeys: await test.sql("select * from data_keys where workspace_id = $1", [worker.workspaceId]),
      workers: await test.sql<{ handshake_secret_sealed: Buffer }>("select * from workers where id = $1", [
        worker.id,
      ]),
    };
    const sealed = backup.workers[0]?.handshake_secret_sealed ?? Buffer.alloc(0);
    const former = test.env.PULSEKEEP_KEYRING;
    await remove(heidi, { confirmationEmail: heidi.email, password: TEST_PASSWORD });
    const tenant = { workspaceId: worker.workspaceId };
    const openWith = (ring: typeof former) =>
      test.get(Databases).inTenant(tenant, (tx) =>
        new VaultService(parseEnv({ ...test.source, PULSEKEEP_KEYRING: JSON.stringify(ring) }), {
          now: () => new Date(),
        })
          .open(tx, worker.workspaceId, place, sealed)
          .then(
            (plain) => plain.toString("hex"),
            (error: Error) => error.message,
          ),
      );
    // The sealed value alone, from any copy: its data key is no more.
    expect(await openWith(former)).toContain("does not open");
    // The whole copy restored, on a server that has another keyring.
    await test.sql("insert into workspaces (id, name) values ($1, 'restored')", [worker.workspaceId]);
    await test.sql("insert into data_keys select * from json_populate_recordset(null::data_keys, $1)", [
      JSON.stringify(
        backup.dataKeys.map((row) => ({
          ...row,
          key_wrapped: `\\x${(row.key_wrapped as Buffer).toString("hex")}`,
        })),
      ),
    ]);
    const next = { currentId: "k2", keys: { k2: randomBytes(32).toString("base64url") } };
    expect(await openWith(next)).toContain("unknown_key");
    // Until the former key is destroyed, whoever has both can read it: so a rotation is part of a deletion.
    expect(await openWith(former)).toBe(Buffer.from(worker.handshakeSecret).toString("hex"));
    await test.sql("delete from workspaces where id = $1", [worker.workspaceId]);
    const both = { ...former, ...next, keys: { ...former.keys, ...next.keys } };
    const said: string[] = [];
    const io = { out: (text: string) => said.push(text), err: (text: string) => said.push(text) };
    const source = { ...test.source, PULSEKEEP_KEYRING: JSON.stringify(both) };
    expect(await runKeysCommand(["rotate"], source, io)).toBe(0);
    expect(said.join("\n")).toContain("retired, and no longer needed in the keyring: k1");
    await test.sql("insert into workspaces (id, name) values ($1, 'restored')", [worker.workspaceId]);
    await test.sql("insert into data_keys select * from json_populate_recordset(null::data_keys, $1)", [
      JSON.stringify(
        backup.dataKeys.map((row) => ({
          ...row,
          key_wrapped: `\\x${(row.key_wrapped as Buffer).toString("hex")}`,
        })),
      ),
    ]);
    expect(await openWith(both)).toContain("retired_key");
    expect(await openWith(next)).toContain("retired_key");
    await test.sql("delete from workspaces where id = $1", [worker.workspaceId]);
    expect(await runKeysCommand(["verify"], source, io)).toBe(0);
    expect(said.join("\n")).toMatch(/[1-9]\d* data keys and [1-9]\d* sealed values looked at/);
  });
});

const idsOf = async (client: TestClient) => {
  const { body } = await client.get<{ user: { id: string }; workspace: { id: string } }>("/api/v1/me");
  return { userId: body.user.id, workspaceId: body.workspace.id };
};
const entriesOf = (workspaceId: string) =>
  test.sql("select action, actor_id, facts from audit_entries where workspace_id = $1", [workspaceId]);

/** Every table that still has a row in which one of the ids stands. */
async function tablesThatName(...ids: string[]): Promise<string[]> {
  const tables = await test.sql<{ name: string }>(
    "select relname as name from pg_class where relkind in ('r', 'p') and not relispartition and relnamespace = 'public'::regnamespace order by 1",
  );
  const found: string[] = [];
  for (const { name } of tables) {
    const rows = await test.sql(`select 1 from ${name} t where t::text ~ $1 limit 1`, [ids.join("|")]);
    if (rows.length > 0) found.push(name);
  }
  return found;
}
