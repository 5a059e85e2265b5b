/** A bench that cannot be run, or whose result is wrong; the message says why. */
export class BenchFailure extends Error {}
