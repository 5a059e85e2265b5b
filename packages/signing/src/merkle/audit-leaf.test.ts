import fc from "fast-check";
import { expect, it } from "vitest";
import { auditLeafBytes, auditLeafHash, type SealedAuditEntry } from "./audit-leaf.js";
import { sha256 } from "./test-tree.js";

const salt = new Uint8Array(32).fill(1);
const entry: SealedAuditEntry = {
  id: "0199d2c4-0000-7000-8000-000000000001",
  workspaceId: "0199d2c4-0000-7000-8000-000000000002",
  action: "pulse.created",
  actor: { kind: "user", id: "u1" },
  subject: { kind: "pulse", id: null },
  facts: { name: "héllo", count: 1.5, on: true, none: null },
  requestId: null,
  recordedAt: "2026-11-22T03:00:00.000Z",
};
const text = fc.string({ unit: "grapheme", maxLength: 6 });
const entries = fc.record({
  id: text,
  workspaceId: text,
  action: text,
  actor: fc.record({ kind: text, id: fc.option(text) }),
  subject: fc.record({ kind: text, id: fc.option(text) }),
  facts: fc.dictionary(
    text,
    fc.oneof(text, fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean(), fc.constant(null)),
    {
      maxKeys: 3,
      noNullPrototype: true,
    },
  ),
  requestId: fc.option(text),
  recordedAt: text,
});
const hex = (value: SealedAuditEntry) => Buffer.from(auditLeafBytes(value, salt)).toString("hex");

it("has the leaf hash that format 1 gives, here computed by other code", async () => {
  expect(Buffer.from(await auditLeafHash(entry, salt, sha256)).toString("hex")).toBe(
    "755069b5609c3f8533beb2cc4688073f7f1f34a85351187c1092058599272cf6",
  );
});

it("gives two different entries different bytes", () => {
  const canonical = (value: SealedAuditEntry) =>
    JSON.stringify({ ...value, facts: Object.entries(value.facts).sort(([a], [b]) => (a < b ? -1 : 1)) });
  fc.assert(
    fc.property(entries, entries, (one, other) => {
      expect(hex(one) === hex(other)).toBe(canonical(one) === canonical(other));
    }),
  );
});

it("keeps apart what a separator would not", () => {
  const moved = { ...entry, action: "pulse.createduser", actor: { kind: "", id: "u1" } };
  const glued = { ...entry, action: "pulse.created", actor: { kind: "user", id: "u1" } };
  expect(hex(moved)).not.toBe(hex(glued));
  expect(hex({ ...entry, requestId: "" })).not.toBe(hex({ ...entry, requestId: null }));
  expect(hex({ ...entry, facts: { count: "1" } })).not.toBe(hex({ ...entry, facts: { count: 1 } }));
});

it("does not depend on the order that facts are kept in, or on a trip through JSON", () => {
  fc.assert(
    fc.property(entries, (one) => {
      const facts = Object.fromEntries(Object.entries(one.facts).reverse());
      expect(hex({ ...one, facts })).toBe(hex(one));
      expect(hex(JSON.parse(JSON.stringify(one)) as SealedAuditEntry)).toBe(hex(one));
    }),
  );
});

it("says nothing without the salt: another salt, another hash", async () => {
  const other = new Uint8Array(32).fill(2);
  expect(await auditLeafHash(entry, other, sha256)).not.toEqual(await auditLeafHash(entry, salt, sha256));
  expect(() => auditLeafBytes(entry, new Uint8Array(16))).toThrow(RangeError);
});

it("refuses what has no one encoding", () => {
  const bad: Partial<SealedAuditEntry>[] = [
    { action: "\ud800" },
    { facts: { "\udc00": 1 } },
    { facts: { name: "\ud800" } },
    { facts: { nan: Number.NaN } },
    { facts: { deep: { a: 1 } as never } },
  ];
  for (const change of bad) expect(() => auditLeafBytes({ ...entry, ...change }, salt)).toThrow(RangeError);
});
