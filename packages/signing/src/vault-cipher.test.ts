import { createSecretKey, randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  hedgedIv,
  openValue,
  readSealKeyId,
  type SealedPlace,
  sealValue,
  unwrapKey,
  wrapKey,
} from "./vault-cipher.js";

const key = createSecretKey(Buffer.alloc(32, 1));
const otherKey = createSecretKey(Buffer.alloc(32, 2));
const keyring = new Map([
  ["2026-01", key],
  ["2026-02", otherKey],
]);
const findKey = (keyId: string) => keyring.get(keyId);
const place: SealedPlace = {
  tenant: "alice",
  table: "workers",
  column: "handshake_secret_sealed",
  row: "w1",
};
const iv = Buffer.alloc(12, 6);
const plaintext = Buffer.from("thirty-two bytes of handshake...");
const sealed = sealValue({ key, keyId: "2026-01", place, plaintext, iv });
const reasonOf = (value: Uint8Array, at = place) => {
  const opened = openValue({ findKey, place: at, sealed: value });
  return opened.ok ? "ok" : opened.reason;
};

const word = fc.string({ minLength: 1 });
const places = fc.record({ tenant: word, table: word, column: word, row: word });

describe("vault cipher", () => {
  it("opens to what was sealed, for any value and place", () => {
    const bytes = fc.uint8Array();
    const ivs = fc.uint8Array({ minLength: 12, maxLength: 12 });
    fc.assert(
      fc.property(bytes, places, ivs, (value, at, anyIv) => {
        const text = sealValue({ key, keyId: "2026-01", place: at, plaintext: value, iv: anyIv });
        expect(openValue({ findKey, place: at, sealed: text })).toEqual({
          ok: true,
          plaintext: Buffer.from(value),
        });
      }),
    );
  });

  it("keeps to format 1, byte by byte, so that values of older releases still open", () => {
    expect(sealed.subarray(0, 9).toString("hex")).toBe("0107323032362d3031");
    expect(sealed.subarray(9, 21)).toEqual(iv);
    expect(sealed.length).toBe(21 + plaintext.length + 16);
    expect(readSealKeyId(sealed)).toBe("2026-01");
  });

  it.each(["tenant", "table", "column", "row"] as const)("refuses a value moved to another %s", (field) => {
    expect(reasonOf(sealed, { ...place, [field]: "other" })).toBe("tampered");
  });

  it("refuses a value whose place shifts a field boundary", () => {
    expect(reasonOf(sealed, { ...place, tenant: "alicework", table: "ers" })).toBe("tampered");
  });

  it("opens a value in its own place alone, whatever separators the names hold [CRY-08]", () => {
    const tricky = fc.string({ minLength: 1, unit: fc.constantFrom("a", ":", "/", "\0", "|", '"', "\n") });
    const trickyPlaces = fc.record({ tenant: tricky, table: tricky, column: tricky, row: tricky });
    fc.assert(
      fc.property(trickyPlaces, trickyPlaces, (one, other) => {
        const text = sealValue({ key, keyId: "2026-01", place: one, plaintext, iv });
        const isSame = Object.entries(one).every(([name, value]) => Reflect.get(other, name) === value);
        expect(reasonOf(text, other) === "ok").toBe(isSame);
      }),
    );
  });

  it.each(["tenant", "table", "column", "row"] as const)(
    "seals nothing for an empty %s [CRY-08]",
    (field) => {
      const nowhere = { ...place, [field]: "" };
      expect(() => sealValue({ key, keyId: "2026-01", place: nowhere, plaintext, iv })).toThrow(RangeError);
      expect(() => hedgedIv({ key, random: randomBytes(32), place: nowhere, plaintext })).toThrow(RangeError);
      expect(() => reasonOf(sealed, nowhere)).toThrow(RangeError);
    },
  );

  it("refuses every value with one bit flipped", () => {
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const flipped = Buffer.from(sealed);
      flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      if (reasonOf(flipped) === "ok") expect.fail(`bit ${bit}`);
    }
  });

  it("refuses every truncated value without an exception", () => {
    for (let length = 0; length < sealed.length; length++) {
      if (reasonOf(sealed.subarray(0, length)) === "ok") expect.fail(`length ${length}`);
    }
  });

  it("refuses another version, another key id, and asks for no key but the one that is named [CRY-04]", () => {
    const other = fc.integer({ min: 0, max: 255 });
    fc.assert(
      fc.property(other, fc.integer({ min: 0, max: 8 }), (byte, at) => {
        const changed = Buffer.from(sealed);
        changed.writeUInt8(byte, at);
        const asked: string[] = [];
        const opened = openValue({
          findKey: (keyId) => {
            asked.push(keyId);
            return keyring.get(keyId);
          },
          place,
          sealed: changed,
        });
        expect(opened.ok).toBe(changed.equals(sealed));
        expect(asked.length).toBeLessThanOrEqual(1);
        if (asked.length === 1) expect(asked).toEqual([readSealKeyId(changed)]);
      }),
    );
    // The other key of the ring is there, and would open it, had it sealed it: it is not tried.
    const renamed = Buffer.from(sealed);
    renamed.write("2026-02", 2, "utf8");
    expect(reasonOf(renamed)).toBe("tampered");
    const downgraded = Buffer.from(sealed);
    downgraded.writeUInt8(0, 0);
    expect(reasonOf(downgraded)).toBe("malformed");
  });

  it("says which value needs a key that the keyring no longer holds", () => {
    const old = sealValue({ key, keyId: "2025-12", place, plaintext, iv });
    expect([reasonOf(old), readSealKeyId(old)]).toEqual(["unknown_key", "2025-12"]);
  });

  it("never throws on noise", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => {
        expect(reasonOf(noise)).not.toBe("ok");
      }),
    );
  });

  it("refuses keys, IVs and key ids of the wrong size", () => {
    const good = { key, keyId: "k", place, plaintext, iv };
    expect(() => sealValue({ ...good, key: createSecretKey(Buffer.alloc(16)) })).toThrow(RangeError);
    expect(() => sealValue({ ...good, iv: Buffer.alloc(16) })).toThrow(RangeError);
    expect(() => sealValue({ ...good, keyId: "" })).toThrow(RangeError);
    expect(() => sealValue({ ...good, keyId: "k".repeat(256) })).toThrow(RangeError);
  });
});

describe("data keys", () => {
  const at = { tenant: "alice", table: "data_keys", column: "key_wrapped", row: "k1" };
  const dataKey = Buffer.alloc(32, 8);
  const wrapped = wrapKey({ wrappingKey: key, wrappingKeyId: "2026-01", place: at, dataKey, iv });

  it("unwrap to what was wrapped, for this tenant only", () => {
    const opened = unwrapKey({ findKey, place: at, wrapped });
    expect(opened.ok && opened.dataKey.export()).toEqual(dataKey);
    expect(unwrapKey({ findKey, place: { ...at, tenant: "bob" }, wrapped })).toEqual({
      ok: false,
      reason: "tampered",
    });
  });

  it("are 32 bytes, wrapped and unwrapped", () => {
    const short = { wrappingKey: key, wrappingKeyId: "2026-01", place: at, dataKey: Buffer.alloc(16), iv };
    expect(() => wrapKey(short)).toThrow(RangeError);
    const sealedText = sealValue({ key, keyId: "2026-01", place: at, plaintext: Buffer.alloc(16), iv });
    expect(unwrapKey({ findKey, place: at, wrapped: sealedText })).toEqual({
      ok: false,
      reason: "malformed",
    });
  });
});

describe("an IV", () => {
  const ivOf = (random: Uint8Array, value: Uint8Array, at = place) =>
    hedgedIv({ key, random, place: at, plaintext: value }).toString("hex");

  it("is never drawn twice in fifty thousand seals of one value [CRY-03]", () => {
    const drawn = new Set<string>();
    for (let count = 0; count < 50_000; count++) drawn.add(ivOf(randomBytes(32), plaintext));
    expect(drawn.size).toBe(50_000);
    expect([...drawn][0]).toHaveLength(24);
  });

  it("differs for every other value and place where randomness repeats [CRY-03]", () => {
    const stuck = Buffer.alloc(32, 1);
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), places, places, (one, two, here, there) => {
        const isSame = Buffer.from(one).equals(Buffer.from(two));
        expect(ivOf(stuck, one) === ivOf(stuck, two)).toBe(isSame);
        const isHere = (["tenant", "table", "column", "row"] as const).every((it) => here[it] === there[it]);
        expect(ivOf(stuck, one, here) === ivOf(stuck, one, there)).toBe(isHere);
      }),
    );
    expect(ivOf(stuck, plaintext)).not.toBe(
      hedgedIv({ key: otherKey, random: stuck, place, plaintext }).toString("hex"),
    );
  });

  it("needs randomness", () => {
    expect(() => ivOf(Buffer.alloc(15), plaintext)).toThrow(RangeError);
  });
});
