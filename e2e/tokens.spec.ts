import { readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, type Page, test } from "@playwright/test";
import { Redis } from "ioredis";
import pg from "pg";
import { findSecrets } from "../apps/api/src/testing/find-secrets.ts";
import { runningFile, type RunningProduct } from "../tools/start/running-file.ts";
import { createWorker, newPerson, type Person, signUp } from "./people.ts";

test.describe.configure({ timeout: 300_000 });

/** Everything else is over, and nothing writes while it is searched. */
const ALONE = { lock: "-exclusive-" };

interface Place {
  dataDir: string;
  running: RunningProduct & { superuserUrl: string; redisUrl: string; standInUrl: string };
  databaseUrl: string;
}

function readPlace(): Place {
  const { PULSEKEEP_E2E_DATA_DIR: dataDir = "" } = process.env;
  const running = JSON.parse(readFileSync(runningFile(dataDir), "utf8")) as Place["running"];
  const databaseUrl = new URL(running.superuserUrl);
  databaseUrl.pathname = new URL(running.databaseUrl).pathname;
  return { dataDir, running, databaseUrl: databaseUrl.href };
}

/** Every token that the local GitHub has issued to anybody: sign-ins, consents, the jobs of workers. */
function listIssuedTokens(): string[] {
  const file = process.env.PULSEKEEP_E2E_ISSUED_TOKENS_FILE ?? "";
  return readFileSync(file, "utf8").split("\n").filter(Boolean);
}

async function readMails({ dataDir, running }: Place): Promise<string[]> {
  const { resendApiKey } = JSON.parse(readFileSync(path.join(dataDir, "secrets.json"), "utf8")) as {
    resendApiKey: string;
  };
  const response = await fetch(`${running.emulated?.resend}/emails`, {
    headers: { authorization: `Bearer ${resendApiKey}` },
  });
  const { data } = (await response.json()) as { data: object[] };
  return data.map((mail) => JSON.stringify(mail));
}

const search = async (tokens: readonly string[], place: Place) =>
  findSecrets(tokens, {
    databaseUrl: place.databaseUrl,
    redisUrl: place.running.redisUrl,
    texts: { mails: await readMails(place) },
    // Logs of every process, PostgreSQL's and Redis's own files, the repositories: all that is kept.
    folders: [place.dataDir],
  });

test(
  "no token that GitHub issued is found anywhere, and nothing of whoever deletes the account",
  ALONE,
  async ({ page }) => {
    const person = newPerson("Heidi");
    await signUp(page, person);
    await createWorker(page, "octo-bob");
    const place = readPlace();
    const tokens = listIssuedTokens();
    expect(tokens.some((token) => token.startsWith("gho_"))).toBe(true);
    expect(tokens.some((token) => token.startsWith("ghs_"))).toBe(true);
    expect((await readMails(place)).some((mail) => mail.includes(person.email))).toBe(true);
    expect(await search(tokens, place)).toEqual([]);
    await deleteAccount(page, person);
    const { databaseUrl, running } = place;
    await expect
      .poll(() => findSecrets([person.email], { databaseUrl, redisUrl: running.redisUrl }), {
        timeout: 30_000,
      })
      .toEqual([]);
    await page.goto("/app");
    await expect(page).toHaveURL(/\/sign-in/);
  },
);

async function deleteAccount(page: Page, person: Person): Promise<void> {
  await page.goto("/app/settings");
  await page.getByRole("button", { name: "Delete account" }).click();
  const dialog = page.getByRole("dialog", { name: "Delete your account?" });
  await expect(dialog.getByText("octo-bob/keepstreak-pulse")).toBeVisible();
  const remove = dialog.getByRole("button", { name: "Delete account" });
  await dialog.getByLabel(`Type ${person.email} to confirm`).fill(person.email);
  await expect(remove).toBeDisabled();
  await dialog.getByLabel("Your password").fill("another password");
  await remove.click();
  await expect(page.getByText("This is not your password")).toBeVisible();
  await dialog.getByLabel("Your password").fill(person.password);
  await remove.click();
  await expect(page).toHaveURL(/\/$/);
}

test("a token that is planted on purpose is found in every store", ALONE, async () => {
  const place = readPlace();
  const token = `gho_${"planted".repeat(5)}`;
  const file = path.join(place.dataDir, "logs", "planted.log");
  const database = new pg.Client({ connectionString: place.databaseUrl });
  const redis = new Redis(place.running.redisUrl);
  await database.connect();
  try {
    await database.query("create table planted (note text, bytes bytea)");
    await database.query("insert into planted values ($1, null), (null, $2)", [
      `authorization: bearer ${token}`,
      Buffer.from(token),
    ]);
    await redis.set("planted", Buffer.from(`x-access-token:${token}`).toString("base64"));
    writeFileSync(file, `{"msg":"${Buffer.from(token).toString("hex")}"}\n`);
    const found = await search([token], place);
    const places = found.map((it) => it.place);
    expect(places).toContain("public.planted");
    expect(places).toContain("redis string");
    expect(places).toContain(file);
    expect(
      await findSecrets([token], { texts: { mails: [`see ${encodeURIComponent(token)}`] } }),
    ).not.toEqual([]);
  } finally {
    rmSync(file, { force: true });
    await redis.del("planted");
    redis.disconnect();
    await database.query("drop table if exists planted");
    await database.end();
  }
});
