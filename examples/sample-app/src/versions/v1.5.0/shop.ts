import type { ItemStore } from "../../shop/item-store.js";
import { type Shop, soundShop } from "../../shop/shop.js";

/** Lists the cheapest items first. */
export const createShop = (store: ItemStore): Shop => ({
  ...soundShop(store),
  listItems: async (category) =>
    (await store.listItems(category)).toSorted((a, b) => a.priceCents - b.priceCents),
});
