import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { getSafeNextPath } from "./next-path";

describe("getSafeNextPath", () => {
  it("keeps a page of the app with its query", () => {
    expect(getSafeNextPath("/app/deployments?verdict=ok")).toBe("/app/deployments?verdict=ok");
    expect(getSafeNextPath("/app")).toBe("/app");
  });

  it("sends everything else to the app's first page", () => {
    for (const wanted of [
      "//evil.example",
      "/app/../sign-out",
      "https://evil.example/app",
      "/application",
      "/app\\evil",
      undefined,
    ]) {
      expect(getSafeNextPath(wanted)).toBe("/app");
    }
  });

  it("never leaves the app, for any text", () => {
    const tail = fc.oneof(fc.string(), fc.webPath(), fc.webUrl());
    fc.assert(
      fc.property(fc.constantFrom("", "/app", "/app/", "//", "/app?"), tail, (head, rest) => {
        const url = new URL(getSafeNextPath(head + rest), "https://origin.invalid");
        expect(url.origin).toBe("https://origin.invalid");
        expect(url.pathname).toMatch(/^\/app(\/|$)/);
      }),
    );
  });
});
