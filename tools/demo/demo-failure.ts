/** Something that the person can act on; shown without a stack. */
export class DemoFailure extends Error {}

/** PulseKeep did not answer at all: it may be starting again. */
export class Unreachable extends DemoFailure {}
