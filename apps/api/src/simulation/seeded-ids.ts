import { v7 } from "uuid";
import { Random } from "./random.js";

let random = new Random(0);
let count = 0;

/** Ids and secrets begin anew: the same seed makes the same ones at the same virtual time. */
export function seedIds(seed: number): void {
  random = new Random(seed);
  count = 0;
}

/** Stands in for the function of the same name in `platform/ids.ts`; ids of one millisecond keep their order. */
export const newId = (): string => v7({ random: random.bytes(16), msecs: Date.now(), seq: (count += 1) });

export const newSecret = (bytes: number): string => Buffer.from(random.bytes(bytes)).toString("base64url");
