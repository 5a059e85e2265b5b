import { readFileSync } from "node:fs";
import { expect, type Page, test } from "@playwright/test";
import { runningFile } from "../tools/start/running-file.ts";
import { query } from "./database.ts";
import { authorizeAtGitHub, newPerson, signUp } from "./people.ts";

/** One at a time: faults of the local GitHub meet everybody. */
const GITHUB = { lock: "github" };
const LOGIN = "octo-faults";

interface Fault {
  kind: string;
  method?: string;
  path?: string;
  status?: number;
  retryAfterSeconds?: number;
  count?: number;
}

function standInUrl(): string {
  const file = runningFile(process.env.PULSEKEEP_E2E_DATA_DIR ?? "");
  return (JSON.parse(readFileSync(file, "utf8")) as { standInUrl: string }).standInUrl;
}

/** Speaks to the local GitHub's own routes, which are not for browsers. */
async function tellGitHub(method: string, path: string, body?: object): Promise<unknown> {
  const response = await fetch(`${standInUrl()}/_stand-in/${path}`, {
    method,
    ...(body ? { body: JSON.stringify(body), headers: { "content-type": "application/json" } } : {}),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return response.status === 204 ? undefined : response.json();
}

/** Returns how to take it back. */
async function seed(fault: Fault): Promise<() => Promise<unknown>> {
  const { id } = (await tellGitHub("POST", "faults", { count: 20, ...fault })) as { id: number };
  return () => tellGitHub("DELETE", `faults/${id}`);
}

/** Asks for the consent again and gives it, with the requests that the two pages' buttons make. */
async function tryAgain(page: Page): Promise<void> {
  await expect(page.getByRole("button", { name: "Try again from here" })).toBeVisible();
  const id = new URL(page.url()).pathname.split("/").at(-1);
  const retried = await page.request.post(`/api/v1/provisionings/${id}/retry`, { data: {} });
  const { authorizeUrl } = (await retried.json()) as { authorizeUrl: string };
  const answer = await page.request.post(authorizeUrl, {
    form: { decision: "authorize", login: LOGIN },
    maxRedirects: 0,
  });
  await page.goto(answer.headers()["location"] ?? "");
}

const api = `/api/repos/${LOGIN}/keepstreak-pulse`;
const inRepository = (path: string) => `${api}${path}`;

const FAULTS: { name: string; fault: Fault; says: RegExp; way?: RegExp }[] = [
  {
    name: "the primary limit, with when it ends",
    fault: { kind: "primary_rate_limit", path: "/api/user", retryAfterSeconds: 1_500 },
    says: /has used up its requests/,
    way: /try again after \d{1,2}:\d{2}/,
  },
  {
    name: "an account that may not create private repositories",
    fault: { kind: "repository_creation_forbidden", path: "/api/user/repos" },
    says: /may not create a private repository/,
    way: /Ways without a consent/,
  },
  {
    name: "an organisation's policy",
    fault: { kind: "organization_policy", path: "/api/user/repos" },
    says: /does not allow this app yet/,
    way: /Ask the organisation to approve/,
  },
  {
    name: "single sign-on that is asked for",
    fault: { kind: "sso_required", path: "/api/user/repos" },
    says: /asks for its single sign-on/,
    way: /Sign in to the organisation/,
  },
  {
    name: "scopes that were left out",
    fault: { kind: "scope_reduced", path: "/login/oauth/access_token", count: 1 },
    says: /did not allow everything/,
    way: /Ways without a consent/,
  },
  {
    name: "a secondary limit",
    fault: { kind: "secondary_rate_limit", path: inRepository("/git/trees"), retryAfterSeconds: 900 },
    says: /asks to slow down/,
    way: /try again after/,
  },
  {
    name: "Actions that are disabled",
    fault: { kind: "actions_disabled", path: inRepository("/actions/workflows/*") },
    says: /GitHub Actions is switched off/,
    way: /Open the Actions settings/,
  },
  {
    name: "server errors that last",
    fault: { kind: "status", status: 502, path: inRepository("/actions/secrets/*") },
    says: /GitHub was not available/,
    way: /whether GitHub has a problem/,
  },
];

test(
  "every refusal of GitHub says what it is and what helps, and the way goes on from there",
  GITHUB,
  async ({ browser, page }) => {
    await tellGitHub("POST", "users", { login: LOGIN, name: "Fay Octo" });
    await tellGitHub("POST", "users", { login: "octo-slow", name: "Slow Octo" });

    // One that hangs takes its time: it does so in another window, while the others are looked at.
    await seed({ kind: "hang", path: "/api/repos/octo-slow/keepstreak-pulse/git/ref/heads/main" });
    const slow = await (await browser.newContext()).newPage();
    await signUp(slow, newPerson("Slow"));
    await begin(slow, "octo-slow");

    await signUp(page, newPerson("Fay"));
    await page.goto("/app/workers");
    await page.getByRole("button", { name: "Create my worker" }).click();
    await page.getByRole("button", { name: /Cancel/ }).click();
    await expect(page.getByText("The consent was not given on GitHub.")).toBeVisible();
    await expect(page.getByText("Nothing of ours is on GitHub.")).toBeVisible();
    await expect(page.getByText("It was not given, so there never was a token.")).toBeVisible();

    for (const { name, fault, says, way } of FAULTS)
      await test.step(name, async () => {
        const takeBack = await seed(fault);
        await tryAgain(page);
        await expect(page.getByRole("alert").filter({ hasText: "A step failed" })).toBeVisible();
        await expect(page.getByText(says)).toBeVisible();
        if (way) await expect(page.getByText(way).first()).toBeVisible();
        await expect(page.getByText("Revoked and checked at")).toBeVisible();
        await takeBack();
      });

    await test.step("then nothing is in the way", async () => {
      await expect(page.getByText(`On GitHub now: ${LOGIN}/keepstreak-pulse`)).toBeVisible();
      await page.getByRole("button", { name: "Try again from here" }).click();
      await authorizeAtGitHub(page, LOGIN);
      await expect(page.getByText("Your worker is ready")).toBeVisible({ timeout: 20_000 });
      await expect(page.getByText("adopted: it carried our marker")).toBeVisible();
    });

    await test.step("an answer that never came", async () => {
      await expect(slow.getByText("GitHub did not answer in time.")).toBeVisible({ timeout: 40_000 });
      await expect(slow.getByText("Revoked and checked at")).toBeVisible();
      await slow.context().close();
    });
  },
);

async function begin(page: Page, login: string): Promise<void> {
  await page.goto("/app/workers");
  await page.getByRole("button", { name: "Create my worker" }).click();
  await authorizeAtGitHub(page, login);
}

test(
  "a token that is pasted into the page sets the worker up and never leaves the browser but for GitHub",
  GITHUB,
  async ({ page }) => {
    await tellGitHub("POST", "users", { login: "octo-paste", name: "Pat Octo" });
    const rights = ["administration", "contents", "workflows", "secrets", "actions", "metadata"];
    const { token } = (await tellGitHub("POST", "tokens", {
      login: "octo-paste",
      permissions: Object.fromEntries(rights.map((right) => [right, "write"])),
    })) as { token: string };
    const sent: { url: string; text: string }[] = [];
    page.on("request", (request) => {
      const text = JSON.stringify([request.url(), request.headers(), request.postData()]);
      sent.push({ url: request.url(), text });
    });

    const pat = newPerson("Pat");
    await signUp(page, pat);
    await page.goto("/app/workers/new");
    await page.getByRole("link", { name: "Choose this way: From this page" }).click();
    await expect(page.getByText(/may speak with this server and localhost:\d+ only/)).toBeVisible();
    const elsewhere = await page.evaluate(() =>
      fetch("http://127.0.0.1:1/").then(
        () => "reached",
        () => "refused",
      ),
    );
    expect(elsewhere).toBe("refused");
    expect(sent.some(({ url }) => url.startsWith("http://127.0.0.1:1/"))).toBe(false);

    await page.getByLabel("Fine-grained token").fill(token);
    await page.getByRole("button", { name: "Set it up from this page" }).click();
    await expect(page.getByText("Is this your repository?")).toBeVisible({ timeout: 30_000 });
    await expect(page.getByLabel("Fine-grained token")).toHaveValue("");
    await page.getByRole("button", { name: "Yes, it is mine" }).click();
    await expect(page.getByText("Your worker is ready")).toBeVisible();

    const withToken = sent.filter(({ text }) => text.includes(token));
    expect(withToken.length).toBeGreaterThan(8);
    expect(withToken.filter(({ url }) => !url.startsWith(`${standInUrl()}/api/`))).toEqual([]);

    await page.getByRole("link", { name: "Open worker" }).click();
    await query(
      `update sessions set created_at = now() - interval '11 minutes'
     where user_id = (select id from users where email = $1)`,
      [pat.email],
    );
    await page.getByRole("button", { name: "Disconnect" }).click();
    const dialog = page.getByRole("dialog", { name: "Disconnect this worker?" });
    await dialog.getByRole("textbox").fill("octo-paste/keepstreak-pulse");
    await dialog.getByRole("button", { name: "Disconnect" }).click();
    // The session is too old for this: who is there is asked again, on the same page, and nothing typed is lost.
    const again = page.getByRole("dialog", { name: "Is it you?" });
    await again.getByLabel("Your password").fill("not this one");
    await again.getByRole("button", { name: "Confirm" }).click();
    await expect(page.getByText("This is not your password")).toBeVisible();
    await again.getByLabel("Your password").fill(pat.password);
    await again.getByRole("button", { name: "Confirm" }).click();
    await expect(again).toBeHidden();
    await dialog.getByRole("button", { name: "Disconnect" }).click();
    await expect(page.getByRole("heading", { name: "Deleted here" })).toBeVisible();
    await expect(page.getByText("gh repo delete octo-paste/keepstreak-pulse --yes")).toBeVisible();
  },
);
