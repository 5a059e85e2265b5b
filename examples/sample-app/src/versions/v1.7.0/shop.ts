import type { Item, ItemStore } from "../../shop/item-store.js";
import { type Shop, soundShop } from "../../shop/shop.js";

/** Shows fresh prices in lists, by reading every item of the list on its own, one after another. */
export const createShop = (store: ItemStore): Shop => ({
  ...soundShop(store),
  listItems: async (category) => {
    const fresh: Item[] = [];
    for (const { id } of await store.listItems(category)) {
      const item = await store.findItem(id);
      if (item) fresh.push(item);
    }
    return fresh;
  },
});
