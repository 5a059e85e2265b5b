import { describe, expect, it } from "vitest";
import { readStartOptions } from "./start-options.ts";

const read = (env: NodeJS.ProcessEnv) => readStartOptions("/repo", env);

describe("start options", () => {
  it("need nothing to be set", () => {
    expect(read({})).toEqual({
      root: "/repo",
      dataDir: "/repo/data",
      port: 3000,
      publicUrl: "http://localhost:3000",
      standInPort: 4100,
      usesStandIn: true,
      timeScale: 60,
      databaseUrl: undefined,
      redisUrl: undefined,
    });
  });

  it.each(["0", "65536", "3000.5", "http", "-1"])("refuse PORT=%s and name the variable", (PORT) => {
    expect(() => read({ PORT })).toThrow(/^PORT is .* 1 to 65535/);
  });

  it.each(["0", "fast", "4000"])("refuse PULSEKEEP_DEMO_TIME_SCALE=%s", (PULSEKEEP_DEMO_TIME_SCALE) => {
    expect(() => read({ PULSEKEEP_DEMO_TIME_SCALE })).toThrow(/^PULSEKEEP_DEMO_TIME_SCALE/);
  });

  it("refuse a database address of another kind without repeating it, since it may hold a password", () => {
    const refuse = () => read({ DATABASE_URL: "mysql://root:hunter2@db/pulsekeep" });
    expect(refuse).toThrow("postgres:// or postgresql://");
    expect(refuse).not.toThrow("hunter2");
  });

  it("refuse the local GitHub in production", () => {
    expect(() => read({ NODE_ENV: "production" })).toThrow("GITHUB_CLIENT_ID");
    expect(read({ NODE_ENV: "production", GITHUB_CLIENT_ID: "Iv1.real" }).usesStandIn).toBe(false);
  });

  it("treat an empty variable as one that is not set", () => {
    expect(read({ PORT: "", PULSEKEEP_DATA_DIR: "", DATABASE_URL: "" })).toEqual(read({}));
  });
});
