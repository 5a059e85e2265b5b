import { CATEGORIES, ITEMS_PER_CATEGORY } from "./item-store.js";

/** Orders that are looked at: of them, most are from before this process. */
const REMEMBERED_ORDERS = 40_000;
const LARGEST_PAST_ORDER = 4;
/** Between two countings, on average; spread by half of it. */
const COUNT_EVERY_MS = 10_000;
const SUGGESTED = 3;

/**
 * What is bought together. Counted anew every some seconds, in one go, from all orders: work and garbage that hold
 * up whoever asks for something at that moment, as in many a real service.
 */
export class Recommendations {
  private readonly orders: string[][] = Array.from({ length: REMEMBERED_ORDERS }, pastOrder);
  private recorded = 0;
  private counts = this.count();
  private timer = this.countLater();

  record(itemIds: readonly string[]): void {
    this.orders[this.recorded % REMEMBERED_ORDERS] = [...itemIds];
    this.recorded += 1;
  }

  /** The items that are most often bought with one, best first. */
  suggest(itemId: string): string[] {
    const others = [...(this.counts.get(itemId) ?? [])].sort((a, b) => b[1] - a[1]);
    return others.slice(0, SUGGESTED).map(([id]) => id);
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  private countLater(): NodeJS.Timeout {
    const timer = setTimeout(
      () => {
        this.counts = this.count();
        this.timer = this.countLater();
      },
      COUNT_EVERY_MS * (0.75 + Math.random() / 2),
    );
    return timer.unref();
  }

  private count(): Map<string, Map<string, number>> {
    const counts = new Map<string, Map<string, number>>();
    for (const order of this.orders)
      for (const id of order) {
        const others = counts.get(id) ?? new Map<string, number>();
        counts.set(id, others);
        for (const other of order) if (other !== id) others.set(other, (others.get(other) ?? 0) + 1);
      }
    return counts;
  }
}

const pastOrder = (): string[] =>
  Array.from({ length: 1 + Math.floor(Math.random() * LARGEST_PAST_ORDER) }, () => {
    const category = CATEGORIES[Math.floor(Math.random() * CATEGORIES.length)] ?? CATEGORIES[0];
    return `${category}-${Math.floor(Math.random() * ITEMS_PER_CATEGORY)}`;
  });
