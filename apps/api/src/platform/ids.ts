import { randomBytes } from "node:crypto";
import { v7 } from "uuid";

/** A new row id: UUID version 7, so that ids of one table sort by creation. */
export const newId = (): string => v7();

/** A random secret of `bytes` bytes as base64url without padding. */
export const newSecret = (bytes: number): string => randomBytes(bytes).toString("base64url");
