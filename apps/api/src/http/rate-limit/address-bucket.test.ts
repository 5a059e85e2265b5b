import fc from "fast-check";
import { expect, it } from "vitest";
import { addressBucket } from "./address-bucket.js";

it("RATE-03 counts a whole /64 as one, and the next one as another", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }), (low) => {
      const groups = low.toString(16).padStart(16, "0").match(/.{4}/g)?.join(":") ?? "";
      expect(addressBucket(`2001:db8:1:2:${groups}`)).toBe("2001:db8:1:2::/64");
    }),
  );
  expect(addressBucket("2001:db8:1:3::1")).not.toBe(addressBucket("2001:db8:1:2::1"));
});

it.each([
  ["2001:db8::1", "2001:0DB8:0:0::1"],
  ["2001:db8::1", "2001:db8:0000:0000:0000:0000:0.0.0.1"],
  ["fe80::1", "fe80::1%eth0"],
  ["192.0.2.7", "::ffff:192.0.2.7"],
  ["192.0.2.7", "::FFFF:c000:207"],
  ["192.0.2.7", "0:0:0:0:0:ffff:192.0.2.7"],
])("RATE-03 knows %s when it is written %s", (plain, other) => {
  expect(addressBucket(other)).toBe(addressBucket(plain));
});

it("RATE-03 keeps IPv4 addresses apart, and what is no address", () => {
  const all = ["192.0.2.7", "192.0.2.8", "unknown", ""];
  expect(new Set(all.map(addressBucket)).size).toBe(all.length);
});
