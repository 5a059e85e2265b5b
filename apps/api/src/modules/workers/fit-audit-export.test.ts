import type { AuditExport } from "@pulsekeep/contracts/api/audit";
import fc from "fast-check";
import { expect, it } from "vitest";
import { fitInto } from "./fit-audit-export.js";

const exportOf = (sizes: readonly number[], next: number | null): AuditExport => ({
  format: "pulsekeep/audit-export/v1",
  origin: "pulse.example/audit",
  keys: [],
  checkpoint: "note",
  entries: sizes.map((size, index) => ({
    leafIndex: index * 3,
    salt: "s".repeat(size),
    proof: [],
    entry: {
      id: "1",
      workspaceId: "2",
      action: "account.updated",
      actor: { kind: "user", id: null },
      subject: { kind: "user", id: null },
      facts: {},
      requestId: null,
      recordedAt: "2026-03-14T09:26:53.000Z",
    },
  })),
  next,
});

it("has no file for nothing", () => {
  expect(fitInto(exportOf([], null), 1_000)).toBeUndefined();
});

it("leaves no entry out over as many files as it takes, each of which fits and says where the next begins", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(900), { minLength: 1, maxLength: 20 }), (sizes) => {
      let { entries } = exportOf(sizes, null);
      const seen: number[] = [];
      while (entries.length > 0) {
        const file = fitInto({ ...exportOf([], 77), entries }, 2_000);
        if (!file) throw new Error("no file");
        const read = JSON.parse(file.content) as AuditExport;
        expect(file.content.length).toBeLessThanOrEqual(2_000);
        expect(read.entries).toHaveLength(file.count);
        seen.push(...read.entries.map(({ leafIndex }) => leafIndex));
        entries = entries.slice(file.count);
        expect(read.next).toBe(entries[0]?.leafIndex ?? 77);
      }
      expect(seen).toEqual(sizes.map((_, index) => index * 3));
    }),
  );
});
