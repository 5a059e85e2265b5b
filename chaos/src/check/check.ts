import { checkAnswers } from "./check-answers.ts";
import { checkEffects } from "./check-effects.ts";
import { checkOffers } from "./check-offers.ts";
import { checkRest } from "./check-rest.ts";
import { checkRuns } from "./check-runs.ts";
import { checkSlots } from "./check-slots.ts";
import type { Facts } from "./facts.ts";
import type { Violation } from "./violation.ts";

/** Everything that must hold after a run, whatever was done to the system. Empty when it does. */
export const check = (facts: Facts): Violation[] => [
  ...checkSlots(facts),
  ...checkEffects(facts),
  ...checkRuns(facts),
  ...checkOffers(facts),
  ...checkAnswers(facts),
  ...checkRest(facts),
];
