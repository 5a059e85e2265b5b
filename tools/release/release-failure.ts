/** Something that the person can act on; shown without a stack. */
export class ReleaseFailure extends Error {}
