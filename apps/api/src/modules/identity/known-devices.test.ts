import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { KnownDevices } from "./known-devices.js";

const NOW = new Date("2026-11-22T12:00:00Z");
const LATER = new Date("2027-05-22T12:00:00Z");
const devices = new KnownDevices({ secret: "a".repeat(32), isSecure: true });
const cookieOf = (header: string) => header.split(";")[0] ?? "";
const account = (n: number) => `account-${n}`;

describe("a device that has signed in", () => {
  const header = devices.remember(undefined, account(1), NOW);
  const cookie = cookieOf(header);

  it("is known for that account, among other cookies, for 180 days", () => {
    const device = devices.find(`theme=dark; ${cookie}; lang=de`, account(1), NOW);
    expect(device).toMatch(/^[\w-]{22}$/);
    expect(devices.find(cookie, account(2), NOW)).toBeUndefined();
    expect(devices.find(cookie, account(1), LATER)).toBeUndefined();
    expect(devices.find(undefined, account(1), NOW)).toBeUndefined();
  });

  it("shows it by a cookie that no script reads and no other site sends", () => {
    expect(header).toMatch(
      /^__Secure-pulsekeep\.devices=[\w.~-]+; Max-Age=15552000; Path=\/api\/auth; HttpOnly; SameSite=Lax; Secure$/,
    );
    const local = new KnownDevices({ secret: "a".repeat(32), isSecure: false });
    expect(local.remember(undefined, account(1), NOW)).toMatch(/^pulsekeep\.devices=.*SameSite=Lax$/);
  });

  it("is known to no server with another secret, and with no letter changed", () => {
    const other = new KnownDevices({ secret: "b".repeat(32), isSecure: true });
    expect(other.find(cookie, account(1), NOW)).toBeUndefined();
    const start = cookie.indexOf("=") + 1;
    fc.assert(
      fc.property(
        fc.integer({ min: start, max: cookie.length - 1 }),
        fc.constantFrom("A", "0", "-", "_", ".", "~"),
        (at, letter) => {
          fc.pre(cookie[at] !== letter);
          const changed = cookie.slice(0, at) + letter + cookie.slice(at + 1);
          expect(devices.find(changed, account(1), NOW)).toBeUndefined();
        },
      ),
    );
  });
});

it("knows the last five accounts of one browser, each once", () => {
  let cookies = "";
  for (const n of [0, 1, 2, 3, 4, 5, 5, 5]) cookies = cookieOf(devices.remember(cookies, account(n), NOW));
  expect([0, 1, 2, 3, 4, 5].filter((n) => devices.find(cookies, account(n), NOW) !== undefined)).toEqual([
    1, 2, 3, 4, 5,
  ]);
  expect(cookies.length).toBeLessThan(600);
});

it("takes whatever a browser sends, and knows nobody by it", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const cookies = `${devices.cookieName}=${text}`;
      expect(devices.find(cookies, account(1), NOW)).toBeUndefined();
      expect(devices.remember(cookies, account(1), NOW)).not.toMatch(/[\r\n]/);
    }),
  );
});
