import type { ItemStore } from "../../shop/item-store.js";
import { checkOut, type Order, type Shop, soundShop } from "../../shop/shop.js";

/** Takes loyalty points off the price, and forgets that many customers have no card. */
export const createShop = (store: ItemStore): Shop => ({
  ...soundShop(store),
  checkOut: async (order) => {
    const discountCents = pointsOf(order);
    const receipt = await checkOut(store, order);
    return { ...receipt, totalCents: receipt.totalCents - discountCents };
  },
});

function pointsOf(order: Order): number {
  const { loyaltyCard } = order.customer as Required<Order["customer"]>;
  return loyaltyCard.points;
}
