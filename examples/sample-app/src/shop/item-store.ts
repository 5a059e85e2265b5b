import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

export type Item = {
  id: string;
  category: string;
  title: string;
  description: string;
  priceCents: number;
  /** Ids of what goes well with it. */
  related: string[];
};

export const CATEGORIES = ["books", "games", "garden", "kitchen", "music", "travel"] as const;
export const ITEMS_PER_CATEGORY = 60;
const RELATED_ITEMS = 3;
const CACHED_FOR_MS = 250;

/** The shop's data: one file per item and one list per category, in a folder of its own on disk. */
export class ItemStore {
  private readonly lists = new Map<string, { items: Promise<Item[]>; readAtMs: number }>();

  private constructor(private readonly folder: string) {}

  static async open(): Promise<ItemStore> {
    const store = new ItemStore(await mkdtemp(path.join(tmpdir(), "sample-app-")));
    for (const category of CATEGORIES) await store.fill(category);
    return store;
  }

  /** The items of a category; read at most a few times a second. Empty for a category that is not there. */
  async listItems(category: string): Promise<Item[]> {
    const cached = this.lists.get(category);
    if (cached && performance.now() - cached.readAtMs < CACHED_FOR_MS) return cached.items;
    const items = this.readJson<Item[]>(category, "list.json").then((list) => list ?? []);
    this.lists.set(category, { items, readAtMs: performance.now() });
    return items;
  }

  /** Reads one item from disk. */
  async findItem(id: string): Promise<Item | undefined> {
    const category = id.slice(0, id.lastIndexOf("-"));
    return this.readJson<Item>(category, `${id}.json`);
  }

  async close(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  private async readJson<T>(category: string, file: string): Promise<T | undefined> {
    // Names come from the address line.
    if (!/^[a-z]+$/.test(category) || !/^[a-z0-9-]+\.json$/.test(file)) return undefined;
    try {
      return JSON.parse(await readFile(path.join(this.folder, category, file), "utf8")) as T;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
  }

  private async fill(category: string): Promise<void> {
    const items = Array.from({ length: ITEMS_PER_CATEGORY }, (_, index) => makeItem(category, index));
    const folder = path.join(this.folder, category);
    await mkdir(folder);
    await writeFile(path.join(folder, "list.json"), JSON.stringify(items));
    for (const item of items) await writeFile(path.join(folder, `${item.id}.json`), JSON.stringify(item));
  }
}

const makeItem = (category: string, index: number): Item => ({
  id: `${category}-${index}`,
  category,
  title: `${category} no. ${index}`,
  description: `A thing for those who like ${category}. `.repeat(12),
  priceCents: 495 + ((index * 739) % 9_000),
  related: Array.from(
    { length: RELATED_ITEMS },
    (_, step) => `${category}-${(index + 1 + step * 5) % ITEMS_PER_CATEGORY}`,
  ),
});
