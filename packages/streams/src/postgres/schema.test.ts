import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { streamsMigrationSql } from "./schema.js";

it("is what the product's migration applies", () => {
  const migration = new URL("../../../database/migrations/0002_streams.sql", import.meta.url);
  expect(readFileSync(migration, "utf8").trim()).toBe(streamsMigrationSql.trim());
});
