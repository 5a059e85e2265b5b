import { expect, type Page, test } from "@playwright/test";
import { newPerson, signIn, signOut, signUp } from "./people.ts";

test("after signing out, a stranger sees nothing of what was there", async ({ page }) => {
  const alice = newPerson("Alice");
  await signUp(page, alice);
  const created = await page.request.post("/api/v1/projects", { data: { name: "Alice's shop" } });
  expect(created.status()).toBe(201);
  const { project } = (await created.json()) as { project: { id: string } };
  await page.goto(`/app/projects/${project.id}`);
  await expect(page.getByRole("heading", { name: "Alice's shop" })).toBeVisible();

  await signOut(page);
  await page.goto(`/app/projects/${project.id}`);
  await expect(page).toHaveURL(/\/sign-in/);
  expect((await page.request.get(`/api/v1/projects/${project.id}`)).status()).toBe(401);

  await signUp(page, newPerson("Charlie"));
  const foreign = await page.request.get(`/api/v1/projects/${project.id}`);
  const missing = await page.request.get("/api/v1/projects/01900000-0000-7000-8000-000000000000");
  expect(foreign.status()).toBe(404);
  const answer = async (response: typeof foreign) => ({
    ...((await response.json()) as object),
    requestId: "",
  });
  expect(await answer(foreign)).toEqual(await answer(missing));
  await page.goto(`/app/projects/${project.id}`);
  await expect(page.getByText("Alice's shop")).toHaveCount(0);
  await page.goto("/app/projects");
  await expect(page.getByText("No project yet")).toBeVisible();
  await page.goto("/app/audit");
  await expect(page.getByRole("cell").filter({ hasText: "Project created" })).toHaveCount(0);

  await signOut(page);
  await signIn(page, alice);
  await page.goto("/app/projects");
  await expect(page.getByText("Alice's shop")).toBeVisible();
  await expectLanguageOfAccount(page);
});

/** What a stranger chose on this device is for its public pages; in the app the account's language is on every page. */
async function expectLanguageOfAccount(page: Page): Promise<void> {
  const html = page.locator("html");
  const url = new URL("/", page.url()).href;
  await page.context().addCookies([{ name: "pulsekeep_locale", value: "de", url }]);
  await page.goto("/security");
  await expect(html).toHaveAttribute("lang", "de");
  await page.goto("/app/settings");
  await expect(html).toHaveAttribute("lang", "en");
  await page.getByRole("button", { name: "Language", exact: true }).click();
  await page.getByRole("menuitemradio", { name: "Français" }).click();
  await expect(html).toHaveAttribute("lang", "fr");
  await expect(page.getByLabel("Langue", { exact: true }).and(page.locator("select"))).toHaveValue("fr");
  expect(await (await page.request.get("/api/v1/me")).json()).toMatchObject({ user: { locale: "fr" } });
  await page.goto("/security");
  await expect(html).toHaveAttribute("lang", "fr");
  await page.getByRole("button", { name: "Español" }).click();
  await expect(html).toHaveAttribute("lang", "es");
  await page.goto("/app");
  await expect(html).toHaveAttribute("lang", "es");
}
