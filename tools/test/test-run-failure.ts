/** A test run that could not begin. The message says what is missing and the way out. */
export class TestRunFailure extends Error {}
