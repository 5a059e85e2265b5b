/** The input by which a dispatched workflow can be found again; the same name as in the contract. */
export const RUN_INPUT = "keepstreak_run";
