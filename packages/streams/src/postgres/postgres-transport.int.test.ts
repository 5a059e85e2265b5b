import { createTestDatabase, type TestDatabase } from "@pulsekeep/database/testing";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../conformance/eventually.js";
import { PostgresTransport } from "./postgres-transport.js";
import { streamsMigrationSql } from "./schema.js";

describe("PostgresTransport", () => {
  let database: TestDatabase;
  const opened: PostgresTransport[] = [];

  beforeAll(async () => {
    database = await createTestDatabase();
    const owner = new pg.Client({ connectionString: database.ownerUrl });
    await owner.connect();
    await owner.query(streamsMigrationSql);
    await owner.query(streamsMigrationSql);
    await owner.end();
  });

  afterAll(async () => {
    await Promise.all(opened.map((transport) => transport.close()));
    await database?.drop();
  });

  function openAs(role: string): PostgresTransport {
    const transport = new PostgresTransport({
      connection: { connectionString: database.ownerUrl, options: `-c role=${role}` },
      poolSize: 1,
    });
    opened.push(transport);
    return transport;
  }

  it("lets requests publish and subscribe, but not touch the streams", async () => {
    const app = openAs("pulsekeep_app");
    const engine = openAs("pulsekeep_engine");
    const heard: string[] = [];
    await app.subscribe("run:1", (message) => heard.push(message));
    await engine.publish([{ channel: "run:1", message: "from the engine" }]);
    await app.publish([{ channel: "run:1", message: "from a request" }]);
    await eventually(() => heard.length === 2);
    await expect(app.append("runs", [{ key: "a", body: {} }])).rejects.toThrow("permission denied");
    await expect(app.consume("runs", { consumer: "a", max: 1 })).rejects.toThrow("permission denied");
    await expect(app.inspect("runs")).rejects.toThrow("permission denied");
    await expect(app.listDeadLetters("runs", { max: 1 })).rejects.toThrow("permission denied");
  });

  it("appends all of a batch or nothing", async () => {
    const engine = openAs("pulsekeep_engine");
    const bad = [{ key: "a\u0000b", body: {} }];
    await expect(engine.append("runs", [{ key: "a", body: {} }, ...bad])).rejects.toThrow();
    expect(await engine.inspect("runs")).toMatchObject({ length: 0 });
  });
});
