import { expect, test } from "@playwright/test";
import { query } from "./database.ts";
import { ADMIN_EMAIL, newPerson, signUp } from "./people.ts";
import { expectSound } from "./sound-page.ts";

test("the administrator sees the system and nothing of its users; to others there is no such page", async ({
  browser,
  page,
}) => {
  await signUp(page, newPerson("Zebedee"));
  const missing = await page.goto("/app/there-is-no-such-page");
  const text = await page.getByRole("main").innerText();
  const answer = await page.goto("/app/admin");
  expect(answer?.status()).toBe(missing?.status());
  expect(await page.getByRole("main").innerText()).toBe(text);
  await expect(page.getByRole("link", { name: "Admin" })).toHaveCount(0);

  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const admin = await context.newPage();
  await signUp(admin, { ...newPerson("Olga"), email: ADMIN_EMAIL });
  await query("update users set email_verified = true where email = $1", [ADMIN_EMAIL]);
  await admin.goto("/app");
  await admin.getByRole("link", { name: "Admin" }).click();
  await expect(admin.getByRole("heading", { name: "System" })).toBeVisible();
  for (const part of ["Streams", "Lateness", "Runs", "Work that is due", "Processes", "PostgreSQL"])
    await expect(admin.getByRole("heading", { name: part, exact: true })).toBeVisible();
  await expect(admin.getByRole("row").filter({ hasText: "runs.queued" }).first()).toBeVisible();
  await expect(admin.getByText("planner", { exact: true })).toBeVisible();

  const checked = admin.getByText(/Checked at/);
  const before = await checked.innerText();
  await expect(checked).not.toHaveText(before);
  await expect(admin.getByRole("main")).not.toContainText("Zebedee");

  await expectSound(admin, "/app/admin");
  await admin.setViewportSize({ width: 390, height: 844 });
  await admin.emulateMedia({ colorScheme: "dark" });
  await expectSound(admin, "/app/admin");
  await context.close();
});
