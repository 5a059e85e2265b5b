import type { ItemStore } from "../../shop/item-store.js";
import { type Shop, soundShop } from "../../shop/shop.js";

/** Moves categories to addresses of their own, before there is anything at those addresses. */
export const createShop = (store: ItemStore): Shop => ({
  ...soundShop(store),
  findRedirect: (category) => `http://${encodeURIComponent(category)}.shop.invalid/`,
});
