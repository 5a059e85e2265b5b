import { createTestDatabase, type TestDatabase } from "@pulsekeep/database/testing";
import fc from "fast-check";
import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  bigintArray,
  booleanArray,
  instantArray,
  intArray,
  jsonArray,
  textArray,
  uuidArray,
} from "./binary-array.js";

let database: TestDatabase;
let client: pg.Client;
beforeAll(async () => {
  database = await createTestDatabase({ migrated: false });
  client = new pg.Client({ connectionString: database.ownerUrl });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await database.drop();
});

/** What the database makes of the array, as JSON. */
async function read(type: string, array: Buffer): Promise<unknown> {
  const { rows } = await client.query<{ read: unknown }>(`select to_json($1::${type}[]) as read`, [array]);
  return rows[0]?.read;
}

const finite = (length: number) => ({ maxLength: length, depthSize: "small" as const });
const nullable = <Value>(value: fc.Arbitrary<Value>) => fc.array(fc.option(value), finite(20));
const anyText = fc.string({ unit: "binary" }).filter((text) => !text.includes("\0") && text.isWellFormed());
const runs = { numRuns: 60 };

it.each([
  ["uuid", nullable(fc.uuid()), uuidArray],
  ["int", nullable(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })), intArray],
  ["bigint", nullable(fc.maxSafeInteger()), bigintArray],
  ["bool", nullable(fc.boolean()), booleanArray],
  ["text", nullable(anyText), textArray],
])("an array of %s arrives as it was", async (type, values, write) => {
  await fc.assert(
    fc.asyncProperty(values as fc.Arbitrary<unknown[]>, async (given) => {
      expect(await read(type, (write as (values: unknown[]) => Buffer)(given))).toEqual(given);
    }),
    runs,
  );
});

it("instants arrive to the millisecond, far from today too", async () => {
  const far = fc.date({
    noInvalidDate: true,
    min: new Date("0001-01-01T00:00:00Z"),
    max: new Date("9999-12-31T23:59:59.999Z"),
  });
  await fc.assert(
    fc.asyncProperty(
      nullable(fc.oneof(fc.date({ noInvalidDate: true, min: new Date(0) }), far)),
      async (given) => {
        const { rows } = await client.query<{ ms: (string | null)[] }>(
          "select array_agg((extract(epoch from at) * 1000)::numeric(20, 3)::text order by place) as ms " +
            "from unnest($1::timestamptz[]) with ordinality as t (at, place)",
          [instantArray(given)],
        );
        expect((rows[0]?.ms ?? []).map((ms) => (ms === null ? null : Number(ms)))).toEqual(
          given.map((at) => at?.getTime() ?? null),
        );
      },
    ),
    runs,
  );
});

it("documents arrive as they were", async () => {
  const documents = [{ a: [1, null, 'é"\\,{}'] }, [], "text", 1.5];
  expect(await read("json", jsonArray([...documents.map((it) => JSON.stringify(it)), null]))).toEqual([
    ...documents,
    null,
  ]);
});

it("refuses what is not of its type as the database would", () => {
  const refused = expect.objectContaining({ code: "22P02" });
  const id = "01a2034e-ccd9-7043-9557-62d2418c325a";
  for (const wrong of [
    "",
    "x",
    id.slice(1),
    `${id}0`,
    id.replaceAll("-", "0"),
    id.replace("a", "g"),
    id.replace("1", "é"),
  ])
    expect(() => uuidArray([id, wrong]), wrong).toThrow(refused);
  for (const wrong of [0.5, 2 ** 31, Number.NaN]) expect(() => intArray([wrong])).toThrow(refused);
  for (const wrong of [0.5, 2 ** 53, Number.POSITIVE_INFINITY])
    expect(() => bigintArray([wrong])).toThrow(refused);
  expect(() => instantArray([new Date(Number.NaN)])).toThrow(refused);
});
