/** Replaces text of the built product; `from` must be there exactly once. `file` is the end of its path. */
export type Mutation = { file: string; from: string; to: string };
