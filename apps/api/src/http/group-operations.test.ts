import type { OpenAPIObject } from "@nestjs/swagger";
import { describe, expect, it } from "vitest";
import { groupOperations } from "./group-operations.js";
import { REFERENCE_GROUPS } from "./reference-groups.js";

const [first] = REFERENCE_GROUPS;
const [firstId = "", firstSummary] = Object.entries(first?.operations ?? {})[0] ?? [];
const lastId = Object.keys(REFERENCE_GROUPS.at(-1)?.operations ?? {}).at(-1);

const group = (paths: OpenAPIObject["paths"]) =>
  groupOperations({ openapi: "3.1.0", info: { title: "", version: "" }, paths });
const operation = (operationId: string | undefined) => ({ operationId, tags: ["Controller"], responses: {} });

describe("the reference's groups", () => {
  it("name each operation once", () => {
    const ids = REFERENCE_GROUPS.flatMap(({ operations }) => Object.keys(operations));
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  });

  it("say what they are in one sentence", () => {
    for (const { name, description } of REFERENCE_GROUPS)
      expect(description, name).toMatch(/^[A-Z][^.]*(\.\w[^.]*)*\.$/);
  });
});

describe("operations", () => {
  it("come in the reference's order, within a path too, and unknown ones last under their controller", () => {
    const { paths } = group({
      "/unknown": { get: operation("Nobody_knows") },
      "/last": { get: operation(lastId), post: operation(firstId) },
    });
    expect(Object.keys(paths)).toEqual(["/last", "/unknown"]);
    expect(Object.keys(paths["/last"] ?? {})).toEqual(["post", "get"]);
    expect(paths["/unknown"]?.get?.tags).toEqual(["Controller"]);
  });

  it("carry their group and summary", () => {
    const { paths } = group({ "/first": { get: operation(firstId) } });
    expect(paths["/first"]?.get).toMatchObject({ tags: [first?.name], summary: firstSummary });
  });
});
