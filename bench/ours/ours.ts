import type { Contender } from "../contender.ts";
import { bulk } from "./bulk.ts";

export const contender: Contender = { bulk };
