import type { Contender } from "../contender.ts";
import { bulk } from "./bulk.ts";
import { lateness } from "./lateness.ts";
import { single } from "./single.ts";

export const contender: Contender = { bulk, single, lateness };
