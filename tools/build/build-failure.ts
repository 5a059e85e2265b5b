/** A build that failed; the message carries the compiler's own output. */
export class BuildFailure extends Error {}
