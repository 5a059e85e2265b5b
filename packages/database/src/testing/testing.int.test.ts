import pg from "pg";
import { expect, it } from "vitest";
import { createTestDatabase, createTestRedis } from "./testing.js";

it("gives each caller a database that the others do not see", async () => {
  const first = await createTestDatabase({ migrated: false });
  const second = await createTestDatabase({ migrated: false });
  const client = new pg.Client({ connectionString: first.ownerUrl });
  await client.connect();
  await client.query("CREATE TABLE mine (id int)");
  await client.end();
  const other = new pg.Client({ connectionString: second.ownerUrl });
  await other.connect();
  await expect(other.query("SELECT * FROM mine")).rejects.toMatchObject({ code: "42P01" });
  await other.end();
  await first.drop();
  await second.drop();
});

it("drops a database although a connection is open", async () => {
  const database = await createTestDatabase({ migrated: false });
  const client = new pg.Client({ connectionString: database.ownerUrl });
  client.on("error", () => undefined);
  await client.connect();
  await database.drop();
  await expect(client.query("SELECT 1")).rejects.toThrow();
});

it("stops the Redis that it started", async () => {
  const redis = await createTestRedis();
  process.kill(redis.pid, 0);
  await redis.stop();
  expect(() => process.kill(redis.pid, 0)).toThrow("ESRCH");
});
