import { createHash } from "node:crypto";

/** How a one-time value of at least 128 random bits is kept: nobody guesses it from its hash. */
export const hashOf = (plain: string): string => createHash("sha256").update(plain).digest("base64url");
