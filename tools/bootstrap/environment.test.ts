import { describe, expect, it } from "vitest";
import { commandEnvironment, withoutOuterNpm } from "./environment.mjs";

describe("the environment of commands", () => {
  it("drops what describes the outer npm run", () => {
    const outer = {
      npm_lifecycle_event: "start",
      npm_config_local_prefix: "/elsewhere",
      npm_package_name: "pulsekeep",
    };
    expect(withoutOuterNpm(outer)).toEqual({});
  });

  it("keeps proxies, certificates and the registry that a person chose", () => {
    const chosen = {
      HTTPS_PROXY: "http://proxy.example.test:8080",
      NODE_EXTRA_CA_CERTS: "/etc/ssl/company.pem",
      npm_config_registry: "https://packages.example.test",
      npm_config_https_proxy: "http://proxy.example.test:8080",
    };
    expect(withoutOuterNpm(chosen)).toEqual(chosen);
  });

  it("puts the chosen Node first on the PATH, then the packages' programs", () => {
    const env = commandEnvironment({ PATH: "/usr/bin" }, "/repo", "/node24/bin");
    expect(env.PATH).toBe("/node24/bin:/repo/node_modules/.bin:/usr/bin");
  });
});
