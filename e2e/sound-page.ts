import AxeBuilder from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

/** Opens a page and fails for what the console says, what axe finds, and what does not fit the width. */
export async function expectSound(page: Page, path: string): Promise<void> {
  const complaints: string[] = [];
  page.removeAllListeners("console");
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  await page.goto(path);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await page.waitForLoadState("load");
  const findings = await new AxeBuilder({ page }).analyze();
  expect(
    findings.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" | ")}`),
    path,
  ).toEqual([]);
  const overflow = await page.evaluate<number>("document.documentElement.scrollWidth - window.innerWidth");
  expect(overflow, `${path} is wider than the window`).toBeLessThanOrEqual(0);
  const isMissingPage = path === "/there-is-no-such-page";
  expect(
    complaints.filter((text) => !(isMissingPage && text.includes("404"))),
    path,
  ).toEqual([]);
}
