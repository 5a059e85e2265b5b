import { hashKey, type Query, type QueryKey } from "@tanstack/react-query";

/** Queries that a stream of their own keeps up to date: a notice need not read them again. */
const streamed = new Set<string>();

/** Returns the function that gives them back to the notices. */
export function markStreamed(keys: readonly QueryKey[]): () => void {
  const hashes = keys.map((key) => hashKey(key));
  for (const hash of hashes) streamed.add(hash);
  return () => {
    for (const hash of hashes) streamed.delete(hash);
  };
}

export const isStreamed = ({ queryHash }: Pick<Query, "queryHash">): boolean => streamed.has(queryHash);
