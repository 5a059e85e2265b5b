import type { Page } from "@playwright/test";

export interface Moved {
  /** Cumulative layout shift since the page was opened: 0 for a page that stands still. Without units. */
  score: number;
  /** What moved, each with its places before and after. */
  what: string[];
}

// Runs in the page.
const observer = `
  globalThis.moved = { score: 0, what: [] };
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput, sources } of list.getEntries()) {
      if (hadRecentInput) continue;
      moved.score += value;
      for (const { node, previousRect, currentRect } of sources) {
        const text = (node?.textContent ?? "").slice(0, 40);
        moved.what.push(value.toFixed(3) + " " + text + " from " + previousRect.y + " to " + currentRect.y);
      }
    }
  }).observe({ type: "layout-shift", buffered: true });
`;

const watched = new WeakSet<Page>();

/** From the next navigation on, what moves without somebody having done something is written down. */
export async function watchLayout(page: Page): Promise<void> {
  if (watched.has(page)) return;
  watched.add(page);
  await page.addInitScript({ content: observer });
}

/** What has moved on this page since it was opened. */
export const moved = (page: Page): Promise<Moved> => page.evaluate<Moved>("moved");
