/** Version of the released script; the same as in package.json. */
export const WORKER_VERSION = "0.1.0";
