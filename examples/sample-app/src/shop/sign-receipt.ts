import { pbkdf2Sync } from "node:crypto";

const ROUNDS = 30_000;

/** Signs a receipt with a stretched key: the shop's honest work, some milliseconds of it. */
export const signReceipt = (text: string): string =>
  pbkdf2Sync(text, "receipts of the sample shop", ROUNDS, 32, "sha256").toString("base64url");
