import type { Contender } from "../contender.ts";
import { bulk } from "./bulk.ts";
import { fairness } from "./fairness.ts";
import { lateness } from "./lateness.ts";
import { planning } from "./planning.ts";
import { single } from "./single.ts";
import { soak } from "./soak.ts";

export const contender: Contender = { bulk, single, fairness, lateness, planning, soak };
