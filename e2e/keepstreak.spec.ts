import { readFileSync } from "node:fs";
import { expect, type Page, test } from "@playwright/test";
import { runningFile } from "../tools/start/running-file.ts";
import { listCommits } from "./bare-repository.ts";
import { query } from "./database.ts";
import { paste } from "./paste.ts";
import { authorizeAtGitHub, createWorker, newPerson, signUp } from "./people.ts";

/** One at a time: faults of the local GitHub meet everybody. */
const GITHUB = { lock: "github" };
const REPOSITORY = "octo-alice/keepstreak-pulse";

test(
  "a newcomer creates a worker and a pulse, and the commit appears in the repository and on the page",
  GITHUB,
  async ({ page }) => {
    await signUp(page, newPerson("Alice"));

    await createWorker(page, "octo-alice");
    for (const step of [
      "Consent",
      "Repository",
      "Workflow and script",
      "Sealed secrets",
      "First start",
      "Consent revoked",
      "Verification run",
    ])
      await expect(
        page
          .getByRole("listitem")
          .filter({ has: page.getByText(step, { exact: true }) })
          .getByText("done")
          .first(),
      ).toBeVisible();
    await expect(page.getByText("Revoked and checked at")).toBeVisible();

    await page.getByRole("link", { name: "Create a pulse" }).click();
    await page.getByLabel("Name").fill("Daily journal");
    await expect(page.getByRole("heading", { name: "Next runs" })).toBeVisible();
    await page.getByRole("button", { name: "Create pulse" }).click();
    await expect(page.getByRole("heading", { name: "Daily journal" })).toBeVisible();
    await expect(page.getByText("Active", { exact: true }).first()).toBeVisible();

    const before = listCommits(REPOSITORY).length;
    await page.getByRole("button", { name: "Run now" }).click();
    const link = page.getByRole("link", { name: /^Open commit/ }).first();
    await expect(link).toBeVisible({ timeout: 90_000 });
    const state = page.getByRole("row").filter({ has: link }).getByText("Succeeded");
    // A row says its state in another cell on narrow screens.
    await expect(state.filter({ visible: true })).toBeVisible();

    const commits = listCommits(REPOSITORY);
    expect(commits).toHaveLength(before + 1);
    const [commit] = commits;
    expect(commit?.authorEmail).toMatch(/^\d+\+octo-alice@users\.noreply\.github\.com$/);
    expect(commit?.message).toMatch(/^Pulse-Run: [0-9a-f-]{36}$/m);
    expect(await link.getAttribute("href")).toContain(`/${REPOSITORY}/commit/${commit?.sha}`);

    await test.step("and shows others the proof of security, which anybody can check", () =>
      checkProof(page));
    await test.step("and finds an entry of the audit, which the browser itself verifies", () =>
      checkAudit(page));
  },
);

async function checkAudit(page: Page): Promise<void> {
  await page.goto("/app/audit");
  // The page's own script is at work once it hears news.
  await expect(page.getByRole("status", { name: "This page updates by itself" })).toHaveText("Live");
  await page.getByLabel("Action").selectOption({ label: "Account created" });
  await expect(page).toHaveURL(/action=account\.created/);
  const verify = page.getByRole("button", { name: "Verify", exact: true }).filter({ visible: true });
  await expect(verify).toHaveCount(1);
  await verify.click();
  const dialog = page.getByRole("dialog", { name: "Verify in my browser" });
  // The log is signed once a minute, so that a quick journey is here before its first entry is: a minute passes here.
  await query(
    "set session_replication_role = replica; update audit_checkpoints set made_at = made_at - interval '1 minute'",
  );
  await expect(async () => {
    await dialog.getByRole("button", { name: "Verify again" }).click();
    await expect(dialog.getByText(/is number \d+ of \d+ in the log/)).toBeVisible({ timeout: 2_000 });
  }).toPass({ timeout: 75_000 });
  await expect(dialog.getByText(/The log was signed with key/)).toBeVisible();
  await page.keyboard.press("Escape");
  const downloading = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download with proofs" }).click();
  const file = JSON.parse(readFileSync(await (await downloading).path(), "utf8")) as {
    format: string;
    entries: { entry: { action: string } }[];
  };
  expect(file.format).toBe("pulsekeep/audit-export/v1");
  expect(file.entries.map(({ entry }) => entry.action)).toContain("account.created");
}

async function checkProof(page: Page): Promise<void> {
  const folder = test.info().outputPath("proof");
  const place = { folder, githubToken: await newGitHubToken("octo-alice") };
  await page.goto("/app/security");
  await expect(page.getByText("its end is on record")).toBeVisible();
  await expect(page.getByRole("cell", { name: "workflow_dispatch" }).first()).toBeVisible();
  const released = /when it is ([0-9a-f]{64})/.exec(
    await page.getByText("Asks GitHub, with your own login").innerText(),
  );
  expect(await paste(await commandUnder(page, "Your worker runs the released script"), place)).toBe(
    `${released?.[1]}\n`,
  );

  await page.getByRole("button", { name: "Make a link" }).click();
  const address = await page.getByRole("status").locator("pre").innerText();
  const visitor = await page.context().browser()?.newPage();
  if (!visitor) throw new Error("There is no browser");
  const answer = await visitor.goto(address);
  expect(answer?.headers()["x-robots-tag"]).toBe("noindex, nofollow");
  await expect(visitor.locator("meta[name=robots]")).toHaveAttribute("content", /noindex/);
  await expect(visitor.getByText("its end is on record")).toBeVisible();
  expect(await visitor.content()).not.toMatch(/octo-alice|Alice/);
  // No checkpoint covers the newest entries for about a minute; the command says that too.
  expect(await paste(await commandUnder(visitor, "This page says what stands in the log"), place)).toMatch(
    /(in the log as number \d+|not yet in a checkpoint): consent.token_revoked[^]*ok\n$/,
  );
  expect(await paste(await commandUnder(visitor, "The record was not changed"), place)).toMatch(
    /continues: [^]*ok\n$/,
  );
  expect(
    (await paste(await commandUnder(visitor, "Search engines are told to stay away"), place)).trim(),
  ).toBe("x-robots-tag: noindex, nofollow");

  await page.getByRole("button", { name: "Take back" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Take back" }).click();
  await expect(page.getByText("There is no link.")).toBeVisible();
  expect((await visitor.goto(address))?.status()).toBe(404);
  await visitor.close();
}

const commandUnder = (page: Page, title: string): Promise<string> =>
  page
    .getByRole("listitem")
    .filter({ has: page.getByRole("heading", { name: title }) })
    .locator("pre")
    .innerText();

/** A token as its owner's command line holds it; the product never sees it. */
async function newGitHubToken(login: string): Promise<string> {
  const file = runningFile(process.env.PULSEKEEP_E2E_DATA_DIR ?? "");
  const { standInUrl } = JSON.parse(readFileSync(file, "utf8")) as { standInUrl: string };
  const response = await fetch(`${standInUrl}/_stand-in/tokens`, {
    method: "POST",
    body: JSON.stringify({ login, scopes: "repo" }),
    headers: { "content-type": "application/json" },
  });
  return ((await response.json()) as { token: string }).token;
}

test(
  "a consent that is refused is said so, keeps nothing, and can be tried again",
  GITHUB,
  async ({ page }) => {
    await signUp(page, newPerson("Carol"));
    await page.goto("/app/workers");
    await page.getByRole("button", { name: "Create my worker" }).click();
    await page.getByRole("button", { name: /Cancel/ }).click();
    await expect(page.getByText("The consent was not given on GitHub.")).toBeVisible();
    await expect(page.getByRole("button", { name: "Try again from here" })).toBeVisible();
  },
);

test(
  "GitHub proves who somebody is, and no token of theirs is needed afterwards",
  GITHUB,
  async ({ page }) => {
    await page.goto("/sign-in");
    await page.getByRole("button", { name: "Deutsch" }).click();
    await page.getByRole("button", { name: "Weiter mit GitHub" }).click();
    await authorizeAtGitHub(page, "octo-bob");
    await expect(page).toHaveURL(/\/app$/);
    // GitHub tells no language: the new account has that of the page it came from, and all its pages do.
    const language = () =>
      page.request.get("/api/v1/me").then(async (me) => (await me.json()).user.locale as string);
    await expect(page.locator("html")).toHaveAttribute("lang", "de");
    await expect.poll(language).toBe("de");
    await page.goto("/app/settings");
    await expect(page.getByLabel("Name")).toHaveValue(/Bob/);
  },
);
