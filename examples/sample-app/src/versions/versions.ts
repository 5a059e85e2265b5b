import type { ItemStore } from "../shop/item-store.js";
import type { Shop } from "../shop/shop.js";

type CreateShop = (store: ItemStore) => Shop;

/** Every version that can be deployed. Adding one: its folder, and a row here. */
const VERSIONS: Record<string, () => Promise<{ createShop: CreateShop }>> = {
  "v1.4.0": () => import("./v1.4.0/shop.js"),
  "v1.5.0": () => import("./v1.5.0/shop.js"),
  "v1.6.0": () => import("./v1.6.0/shop.js"),
  "v1.7.0": () => import("./v1.7.0/shop.js"),
  "v1.8.0": () => import("./v1.8.0/shop.js"),
  "v1.9.0": () => import("./v1.9.0/shop.js"),
};

/** Loads one version's code, and no other's. @throws RangeError naming the versions that there are */
export async function loadVersion(name: string): Promise<CreateShop> {
  const load = Object.hasOwn(VERSIONS, name) ? VERSIONS[name] : undefined;
  if (!load)
    throw new RangeError(`There is no version ${name}; there are ${Object.keys(VERSIONS).join(", ")}`);
  return (await load()).createShop;
}
