import { expect, test } from "@playwright/test";
import { listCommits } from "./bare-repository.ts";
import { createWorker, newPerson, signUp } from "./people.ts";

const REPOSITORY = "octo-alice/keepstreak-pulse";

test("a newcomer creates a worker and a pulse, and the commit appears in the repository and on the page", async ({
  page,
}) => {
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
        .getByText("done"),
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
});

test("a consent that is refused is said so, keeps nothing, and can be tried again", async ({ page }) => {
  await signUp(page, newPerson("Carol"));
  await page.goto("/app/workers");
  await page.getByRole("button", { name: "Create my worker" }).click();
  await page.getByRole("button", { name: /Cancel/ }).click();
  await expect(page.getByText("The consent was not given on GitHub.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Try again from here" })).toBeVisible();
});

test("GitHub proves who somebody is, and no token of theirs is needed afterwards", async ({ page }) => {
  await page.goto("/sign-in");
  await page.getByRole("button", { name: "Continue with GitHub" }).click();
  await page.getByRole("radio", { name: /octo-bob/ }).check();
  await page.getByRole("button", { name: /Authorize/ }).click();
  await expect(page).toHaveURL(/\/app$/);
  await page.goto("/app/settings");
  await expect(page.getByLabel("Name")).toHaveValue(/Bob/);
});
