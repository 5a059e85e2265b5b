import path from "node:path";
import { expect, type Page, test } from "@playwright/test";
import { type DemoOutcome, runDemo } from "./demo.ts";
import { query } from "./database.ts";
import { newPerson, signIn, signUp } from "./people.ts";

// A baseline, a deployment and a window of a minute, measured every two seconds.
test.describe.configure({ timeout: 300_000 });

const erin = newPerson("Erin");
const frank = newPerson("Frank");
/** A shop that is observed shares its processor with no other journey: those would be what it is judged by. */
const ALONE = { lock: "-exclusive-" };
const replacesPicture = process.env.PULSEKEEP_UPDATE_IMAGES === "1";
let demos: Record<"healthy" | "broken", Promise<DemoOutcome>> | undefined;

/** Most of it is waiting: both at once, and each test asks for its own. */
function startDemos() {
  if (demos) return demos;
  demos = {
    healthy: runDemo({ fault: "none", person: erin, shop: 0 }),
    // The picture shows the whole observation; otherwise the shop's work would only disturb the other's.
    broken: runDemo({ fault: "errors", person: frank, shop: 1, stays: replacesPicture }),
  };
  for (const demo of Object.values(demos)) demo.catch(() => undefined);
  return demos;
}

async function openVerdict(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await expect(page.getByRole("heading", { level: 1, name: /Demo shop/ })).toBeVisible();
}

test("a healthy deployment is ok, with the samples before and after it", ALONE, async ({ page }) => {
  const demo = await startDemos().healthy;
  await signIn(page, erin);
  expect(demo.verdict).toBe("ok");
  await openVerdict(page, demo.url);
  await expect(page.getByText("OK", { exact: true }).first()).toBeVisible();
  for (const metric of ["Traffic", "Latency p95", "Error rate", "CPU", "Memory"])
    await expect(page.getByText(metric, { exact: true }).first()).toBeVisible();
  await page.getByText(/samples as a table/).click();
  const samples = page.getByRole("table", { name: "Samples" });
  await expect(samples.getByText("Baseline").first()).toBeVisible();
  await expect(samples.getByText("Observation").first()).toBeVisible();
  await expectEarlyChoiceKept(page);
  await expectFiltersFolded(page);
});

/** On a phone the list comes first; its filters open by a press, and say how many are set once they are shut. */
async function expectFiltersFolded(page: Page): Promise<void> {
  await page.setViewportSize({ width: 390, height: 844 });
  const verdict = page.getByLabel("Verdict", { exact: true });
  await expect(verdict).toBeHidden();
  const fold = page.locator("summary", { hasText: "Filters" });
  await fold.click();
  await verdict.selectOption("ok");
  await fold.click();
  await expect(fold).toHaveText(/1 set/);
  await expect(verdict).toBeHidden();
  await expect(page.getByRole("row", { name: /Demo shop/ })).toHaveCount(1);
}

/** What is chosen while the page's scripts are still on their way counts once they are there. */
async function expectEarlyChoiceKept(page: Page): Promise<void> {
  const arrived = Promise.withResolvers<void>();
  await page.route("**/_next/static/**/*.js", async (route) => {
    await arrived.promise;
    await route.continue();
  });
  await page.goto("/app/deployments", { waitUntil: "commit" });
  await page.getByLabel("Verdict", { exact: true }).selectOption("warning");
  await expect(page.getByRole("row", { name: /Demo shop/ })).toHaveCount(1);
  arrived.resolve();
  await expect(page).toHaveURL(/\/app\/deployments\?verdict=warning$/);
  await expect(page.getByText("Nothing matches these filters")).toBeVisible();
  await page.getByRole("link", { name: "Clear filters" }).click();
  await expect(page.getByRole("row", { name: /Demo shop/ })).toHaveCount(1);
}

test(
  "a deployment that breaks checkouts is called back, with reasons and at least three hints",
  ALONE,
  async ({ page }) => {
    const demo = await startDemos().broken;
    await signIn(page, frank);
    expect(demo.verdict).toBe("rollback_recommended");
    await openVerdict(page, demo.url);
    await expect(page.getByText("Rollback recommended", { exact: true }).first()).toBeVisible();
    const reasons = page.getByRole("list", { name: "Reasons" }).getByRole("listitem");
    await expect(reasons.filter({ hasText: /error/i }).first()).toBeVisible();
    const hints = page.getByRole("region", { name: "What to look at first" }).getByRole("listitem");
    expect(await hints.count()).toBeGreaterThanOrEqual(3);
    const numbers = page.getByRole("table", { name: /number.* behind the hint/ }).first();
    await expect(numbers.getByRole("row", { name: /Error rate/ })).toContainText("×");
    await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
    await page.setViewportSize({ width: 1280, height: 1_240 });
    await page.screenshot({ path: pictureOfReadme() });
    await page.getByRole("button", { name: "Confirmed" }).click();
    await expect(page.getByRole("button", { name: "Confirmed", pressed: true })).toBeVisible();
    await expectRulesTriedOut(page);
  },
);

/** Other rules for errors, tried on the deployment that was called back, and saved. */
async function expectRulesTriedOut(page: Page): Promise<void> {
  await page.getByRole("link", { name: "Demo shop" }).first().click();
  await page.getByRole("link", { name: "Diagnostics" }).click();
  await page.getByRole("link", { name: /^Critical/ }).click();
  await expect(page.getByRole("link", { name: /^Critical/ })).toHaveAttribute("aria-current", "true");
  await expect(page).toHaveURL(/tab=diagnostics&severity=critical/);
  await expect(page.getByText("Warning", { exact: true })).toHaveCount(1);
  await page.getByRole("link", { name: "Verdicts" }).click();
  await expect(page.getByText("1 confirmed, 0 false").first()).toBeVisible();
  const errors = page.getByRole("region", { name: "Error rate" });
  await errors.getByLabel("Smallest change that matters, points").fill("a lot");
  await expect(errors.getByText("This is no usable number")).toBeVisible();
  await expect(page.getByRole("button", { name: "Save changes" })).toBeDisabled();
  await errors.getByLabel("Smallest change that matters, points").fill("");
  await errors.getByLabel("Part in the verdict").selectOption({ label: "Muted: shown, never judged" });
  await page.getByRole("button", { name: "Preview the last 20 verdicts" }).click();
  await expect(page.getByText("1 of 1 would have been another one.")).toBeVisible();
  await page.getByRole("button", { name: "Save changes" }).click();
  await expect(
    page.getByRole("region", { name: "What counts in a verdict" }).getByText("version 1"),
  ).toBeVisible();
  await expect(
    page.getByRole("region", { name: "Versions" }).getByRole("listitem").filter({ hasText: "in force" }),
  ).toContainText("Version 1");
}

/** The README's picture is made here; it is replaced on request only, so that a test run leaves no change behind. */
function pictureOfReadme(): string {
  const root = path.resolve(import.meta.dirname, "..");
  return path.join(root, replacesPicture ? "docs/images" : "test-results/images", "deployment.png");
}

test("a project is written down, looked at, created, and deleted by whom its owner is", async ({ page }) => {
  const gina = newPerson("Gina");
  await signUp(page, gina);
  await page.goto("/app/projects/new");
  await page.getByLabel("Metrics endpoint").fill("here");
  await page.getByRole("button", { name: "Review" }).click();
  await expect(page.getByLabel("Name", { exact: true })).toBeFocused();
  await page.getByLabel("Name", { exact: true }).fill("Till");
  await page.getByLabel("Environments").fill("prod, staging");
  await page.getByLabel("Metrics endpoint").fill("http://127.0.0.1:6379/metrics");
  await page.reload();
  await page.getByRole("button", { name: "Review" }).click();
  await expect(page.getByText("prod, staging")).toBeVisible();
  await page.goBack();
  await expect(page.getByLabel("Name", { exact: true })).toHaveValue("Till");
  await page.goForward();
  // What the server refuses leads back to its field.
  await page.getByRole("button", { name: "Create project" }).click();
  await expect(page.getByText("This address cannot be measured.")).toBeVisible();
  await expect(page.getByLabel("Metrics endpoint")).toBeFocused();
  await page.getByLabel("Metrics endpoint").fill("");
  await page.getByRole("button", { name: "Review" }).click();
  await page.getByRole("button", { name: "Create project" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "I have stored it" }).click();
  await expect(page).toHaveURL(/\?tab=integration$/);
  await page.getByRole("tab", { name: "Python (FastAPI)" }).click();
  await expect(page.getByRole("group", { name: "seqpulse.py" })).toContainText("class SeqPulse");
  await openSettings(page);
  await expectHeardInSlack(page);
  await expectDeletedByItsOwner(page, gina);
  await page.goto("/app/projects/new");
  await expect(page.getByLabel("Name", { exact: true })).toHaveValue("");
});

const openSettings = (page: Page): Promise<void> =>
  page.getByRole("navigation", { name: "Project sections" }).getByRole("link", { name: "Settings" }).click();

/** A webhook of the local Slack, and what its channel shows after a test message. */
async function expectHeardInSlack(page: Page): Promise<void> {
  const slackUrl = process.env.PULSEKEEP_E2E_SLACK_URL ?? "";
  const slack = page.getByRole("region", { name: "Slack" });
  await slack.getByLabel("Webhook address").fill(`${slackUrl}/services/T000000001/B000000001/X000000001`);
  await slack.getByRole("button", { name: "Save changes" }).click();
  await expect(slack.getByText(/Saved: .*0001/)).toBeVisible();
  await slack.getByRole("button", { name: "Send a test message" }).click();
  await expect(slack.getByText("Slack took the message.")).toBeVisible();
  expect(await (await page.request.get(slackUrl)).text()).toContain("Test message for Till");
}

/** A session that was left open cannot do it; the password goes before. */
async function expectDeletedByItsOwner(
  page: Page,
  owner: { email: string; password: string },
): Promise<void> {
  await query(
    "update sessions set created_at = now() - interval '11 minutes' where user_id = (select id from users where email = $1)",
    [owner.email],
  );
  await page.getByRole("button", { name: "Delete project" }).click();
  const confirmation = page.getByRole("dialog", { name: "Delete Till?" });
  await confirmation.getByRole("textbox").fill("Till");
  await confirmation.getByRole("button", { name: "Delete project" }).click();
  await page.getByLabel("Your password").fill(owner.password);
  await page.getByRole("dialog").last().getByRole("button", { name: "Confirm" }).click();
  await confirmation.getByRole("button", { name: "Delete project" }).click();
  await expect(page).toHaveURL(/\/app\/projects$/);
}
