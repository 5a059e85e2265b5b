import { QueryClient } from "@tanstack/react-query";
import { expect, it } from "vitest";
import { isStreamed, markStreamed } from "./streamed-queries";

it("keeps notices from reading what a stream brings, for as long as it does", () => {
  const client = new QueryClient();
  for (const key of [
    ["samples", "a"],
    ["samples", "b"],
  ])
    client.setQueryData(key, {});
  const stale = () =>
    client
      .getQueryCache()
      .findAll({ queryKey: ["samples"], predicate: (query) => !isStreamed(query) })
      .map(({ queryKey }) => queryKey[1]);
  const release = markStreamed([["samples", "a"]]);
  expect(stale()).toEqual(["b"]);
  release();
  expect(stale()).toEqual(["a", "b"]);
});
