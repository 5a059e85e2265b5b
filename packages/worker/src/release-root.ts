// Put in by the bundler; a build for which no keys were made trusts nobody.
declare const KEEPSTREAK_RELEASE_ROOT: string | undefined;

/** Text of the root of the keys that sign this worker's releases; empty when it is updated by hand only. */
export const RELEASE_ROOT = typeof KEEPSTREAK_RELEASE_ROOT === "string" ? KEEPSTREAK_RELEASE_ROOT : "";
