import { soundShop } from "../../shop/shop.js";

export const createShop = soundShop;
