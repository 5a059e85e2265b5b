import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { acceptedEpochs, EPOCH_SECONDS, epochAt, parseEpoch } from "./epochs.js";
import { lengthPrefixed } from "./length-prefixed.js";
import { deriveAcceptedKeys, deriveWorkerKeys } from "./worker-keys.js";

const handshakeSecret = Buffer.alloc(32, 3);
const start = (epoch: number) => epoch * EPOCH_SECONDS * 1000;
const MINUTE = 60_000;

describe("worker keys", () => {
  it("gives each purpose, client and epoch a key of its own", () => {
    const all = ["alice", "bob"].flatMap((clientId) =>
      [680, 681].flatMap((epoch) => {
        const keys = deriveWorkerKeys({ handshakeSecret, clientId, epoch });
        return [keys.request, keys.signalMac, keys.signalEnc, keys.response];
      }),
    );
    expect(new Set(all.map((key) => key.export().toString("hex"))).size).toBe(16);
  });

  it("derives the same key again, so that both sides and every release agree", () => {
    const keys = deriveWorkerKeys({ handshakeSecret, clientId: "client-1", epoch: 684 });
    expect(keys.request.export().toString("hex")).toMatchInlineSnapshot(
      `"dc3bf59d64d4320afcda2254b2e0559cb20c4c38c200be84a82fb19e0dd519cc"`,
    );
  });

  it("refuses a secret of another length and an empty client id", () => {
    const epoch = 1;
    expect(() => deriveWorkerKeys({ handshakeSecret: Buffer.alloc(31), clientId: "c", epoch })).toThrow();
    expect(() => deriveWorkerKeys({ handshakeSecret, clientId: "", epoch })).toThrow();
  });

  it("SIG-15 drops the previous epoch twenty minutes after it ended", () => {
    expect(acceptedEpochs(new Date(start(684)))).toEqual([684, 683]);
    expect(acceptedEpochs(new Date(start(684) + 20 * MINUTE - 1))).toEqual([684, 683]);
    expect(acceptedEpochs(new Date(start(684) + 20 * MINUTE))).toEqual([684]);
  });

  it("accepts the next epoch from five minutes before it starts", () => {
    expect(acceptedEpochs(new Date(start(685) - 5 * MINUTE - 1))).toEqual([684]);
    expect(acceptedEpochs(new Date(start(685) - 5 * MINUTE))).toEqual([684, 685]);
    expect(epochAt(new Date(start(685) - 1))).toBe(684);
  });

  it("holds the keys of accepted epochs only", () => {
    const findKeys = deriveAcceptedKeys({ handshakeSecret, clientId: "c", now: new Date(start(684)) });
    expect([682, 683, 684, 685].map((epoch) => findKeys(epoch)?.epoch)).toEqual([
      undefined,
      683,
      684,
      undefined,
    ]);
  });

  it.each([
    "../../dev/null",
    "' or 1=1",
    "__proto__",
    "constructor",
    "",
    " 1",
    "1 ",
    "01",
    "1e3",
    "-1",
    1,
    null,
  ])("SIG-14 reads no epoch from the kid %j", (kid) => {
    expect(parseEpoch(kid)).toBeUndefined();
  });
});

describe("length prefix", () => {
  it("SIG-08 tells a shifted field boundary apart", () => {
    expect(lengthPrefixed(["12", "3COMMIT"])).not.toEqual(lengthPrefixed(["123", "COMMIT"]));
  });

  it("SIG-09 gives different lists of fields different bytes, whatever the fields hold", () => {
    const fields = fc.array(fc.oneof(fc.string(), fc.constantFrom("a|b", "a.b", "a\nb", "")), {
      maxLength: 5,
    });
    fc.assert(
      fc.property(fields, fields, (left, right) => {
        const isSame = left.length === right.length && left.every((field, at) => field === right[at]);
        expect(lengthPrefixed(left).equals(lengthPrefixed(right))).toBe(isSame);
      }),
    );
  });
});
