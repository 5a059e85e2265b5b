import { createHash } from "node:crypto";
import { signReceipt } from "./sign-receipt.js";
import type { Item, ItemStore } from "./item-store.js";

export type Order = { itemIds: string[]; customer: { id: string; loyaltyCard?: { points: number } } };
export type Receipt = { totalCents: number; lines: number; signature: string };

/** What a version of the shop does. The server translates; a version decides. */
export type Shop = {
  /** Where a listing has moved to; undefined when it is here. */
  findRedirect: (category: string) => string | undefined;
  listItems: (category: string) => Promise<Item[]>;
  findItem: (id: string) => Promise<Item | undefined>;
  checkOut: (order: Order) => Promise<Receipt>;
  /** The entity tag of an answer. */
  tagOf: (body: string) => string;
};

/** The shop as it has worked for long; versions change parts of it. */
export const soundShop = (store: ItemStore): Shop => ({
  findRedirect: () => undefined,
  listItems: (category) => store.listItems(category),
  findItem: (id) => store.findItem(id),
  checkOut: async (order) => checkOut(store, order),
  tagOf: (body) => createHash("sha1").update(body).digest("base64url"),
});

/** Prices the order and signs its receipt. */
export async function checkOut(store: ItemStore, { itemIds, customer }: Order): Promise<Receipt> {
  const items = await Promise.all(itemIds.map((id) => store.findItem(id)));
  const totalCents = items.reduce((sum, item) => sum + (item?.priceCents ?? 0), 0);
  return { totalCents, lines: items.length, signature: signReceipt(`${customer.id}:${totalCents}`) };
}
