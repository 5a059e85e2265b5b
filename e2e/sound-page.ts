import AxeBuilder from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";
import { moved, watchLayout } from "./layout-shift.ts";

/** A page may move by so much while it comes; what people call stable is 0.1. */
const MOST_MOVED = 0.05;

/**
 * Opens a page and fails for what the console says, what axe finds, what does not fit the width, and what jumps while
 * it loads.
 */
export async function expectSound(page: Page, path: string): Promise<void> {
  const complaints: string[] = [];
  page.removeAllListeners("console");
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  await watchLayout(page);
  await page.goto(path);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await page.waitForLoadState("load");
  // Without frames the page says all of it by itself; otherwise axe collects the results in a second page.
  expect(page.frames(), `frames of ${path}`).toHaveLength(1);
  const findings = await new AxeBuilder({ page })
    .options({ resultTypes: ["violations"] })
    .setLegacyMode()
    .analyze();
  expect(
    findings.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" | ")}`),
    path,
  ).toEqual([]);
  const overflow = await page.evaluate<number>("document.documentElement.scrollWidth - window.innerWidth");
  expect(overflow, `${path} is wider than the window`).toBeLessThanOrEqual(0);
  const tables = await page.evaluate<string[]>(
    `[...document.querySelectorAll("table")]
      .filter(({ parentElement: place }) => place.scrollWidth > place.clientWidth + 1)
      .map((table) => table.getAttribute("aria-label"))`,
  );
  expect(tables, `tables of ${path} that are wider than their place`).toEqual([]);
  const { score, what } = await moved(page);
  expect(score, `${path} jumps: ${what.join("; ")}`).toBeLessThan(MOST_MOVED);
  const isMissingPage = path === "/there-is-no-such-page";
  expect(
    complaints.filter((text) => !(isMissingPage && text.includes("404"))),
    path,
  ).toEqual([]);
}
