import { setTimeout as rest } from "node:timers/promises";
import type { Item, ItemStore } from "../../shop/item-store.js";
import { type Shop, soundShop } from "../../shop/shop.js";

/** Between two items, so that the disk has time for others. */
const REST_MS = 2;

/** Lists only items whose related items are all there still, by reading each of them, one after another. */
export const createShop = (store: ItemStore): Shop => ({
  ...soundShop(store),
  listItems: async (category) => {
    const complete: Item[] = [];
    for (const item of await store.listItems(category)) {
      if (await isComplete(store, item)) complete.push(item);
      await rest(REST_MS);
    }
    return complete;
  },
});

async function isComplete(store: ItemStore, { id, related }: Item): Promise<boolean> {
  for (const needed of [id, ...related]) if (!(await store.findItem(needed))) return false;
  return true;
}
