import fc from "fast-check";
import { CompactEncrypt, compactDecrypt, jwtVerify, SignJWT } from "jose";
import { describe, expect, it } from "vitest";
import { encodeBase64url } from "./base64url.js";
import { encryptJwe } from "./compact-jwe.js";
import { signJws } from "./compact-jws.js";
import { hmacSha256 } from "./digest.js";
import { EPOCH_SECONDS, epochAt } from "./epochs.js";
import { compareSeq, isSignalExpired, openSignal, type Signal, sealSignal } from "./signal.js";
import { deriveAcceptedKeys, deriveWorkerKeys } from "./worker-keys.js";

const now = new Date("2026-03-14T09:26:53.000Z");
const seconds = now.getTime() / 1000;
const epoch = epochAt(now);
const handshakeSecret = Buffer.alloc(32, 4);
const workerId = "client-alice";
const keys = deriveWorkerKeys({ handshakeSecret, clientId: workerId, epoch });
const findKeys = deriveAcceptedKeys({ handshakeSecret, clientId: workerId, now });
const iv = Buffer.from("0102030405060708090a0b0c", "hex");
const signal: Signal = {
  signalId: "0198f3c2-7a10-7cc0-8000-000000000001",
  runId: "0198f3c2-7a10-7cc0-8000-000000000002",
  workerId,
  seq: 7,
  notBefore: now,
  expiresAt: new Date(now.getTime() + 600_000),
  kind: "commit",
  params: { repo: "streak", path: "data/pulse.log" },
};
const sealed = sealSignal({ keys, signal, iv });
const claims = {
  jti: signal.signalId,
  sub: signal.runId,
  aud: workerId,
  seq: 7,
  nbf: seconds,
  exp: seconds + 600,
  kind: "commit",
  params: {},
};

const open = (token: string, at = now) => openSignal({ sealed: token, findKeys, workerId, now: at });
const reasonOf = (...args: Parameters<typeof open>) => {
  const opened = open(...args);
  return opened.ok ? "ok" : opened.reason;
};
const wrap = (plaintext: string) =>
  encryptJwe({ key: keys.signalEnc, typ: "keepstreak-sealed-signal+jwt", epoch, iv, plaintext });
const wrapClaims = (changes: object) =>
  wrap(
    signJws({ key: keys.signalMac, typ: "keepstreak-signal+jwt", epoch, claims: { ...claims, ...changes } }),
  );

describe("signal", () => {
  it("opens to what was sealed", () => {
    expect(open(sealed)).toEqual({ ok: true, signal });
  });

  it("opens to what was sealed, whatever its parameters hold", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.uint8Array({ minLength: 12, maxLength: 12 }),
        fc.nat(),
        (object, anyIv, seq) => {
          const params = JSON.parse(JSON.stringify(object)) as Record<string, unknown>;
          const opened = open(sealSignal({ keys, signal: { ...signal, params, seq }, iv: anyIv }));
          expect(opened).toEqual({ ok: true, signal: { ...signal, params, seq } });
        },
      ),
    );
  });

  it("is a nested JWT that jose decrypts and verifies", async () => {
    const { plaintext, protectedHeader } = await compactDecrypt(sealed, keys.signalEnc, {
      keyManagementAlgorithms: ["dir"],
      contentEncryptionAlgorithms: ["A256GCM"],
    });
    expect(protectedHeader).toMatchObject({ alg: "dir", enc: "A256GCM", cty: "JWT", kid: String(epoch) });
    const { payload } = await jwtVerify(plaintext, keys.signalMac, {
      algorithms: ["HS256"],
      audience: workerId,
      typ: "keepstreak-signal+jwt",
      currentDate: now,
    });
    expect(payload).toEqual({ ...claims, params: signal.params });
  });

  it("opens what jose signed and encrypted", async () => {
    const kid = String(epoch);
    const jws = await new SignJWT(claims)
      .setProtectedHeader({ alg: "HS256", typ: "keepstreak-signal+jwt", kid })
      .sign(keys.signalMac);
    const jwe = await new CompactEncrypt(Buffer.from(jws))
      .setProtectedHeader({
        alg: "dir",
        enc: "A256GCM",
        typ: "keepstreak-sealed-signal+jwt",
        cty: "JWT",
        kid,
      })
      .encrypt(keys.signalEnc);
    expect(open(jwe).ok).toBe(true);
  });

  it("hides kind and parameters from whoever carries it", () => {
    expect(Buffer.from(sealed.split(".")[3] ?? "", "base64url").includes("pulse.log")).toBe(false);
  });

  it("SIG-03 accepts until the millisecond before its expiry, and no later", () => {
    const end = signal.expiresAt.getTime();
    expect([-1, 0, 1].map((ms) => reasonOf(sealed, new Date(end + ms)))).toEqual([
      "ok",
      "expired",
      "expired",
    ]);
    expect([-1, 0, 1].map((ms) => isSignalExpired(signal, new Date(end + ms)))).toEqual([false, true, true]);
  });

  it("SIG-04 refuses a signal from the future, beyond thirty seconds of skew", () => {
    const before = (ms: number) => reasonOf(sealed, new Date(now.getTime() - ms));
    expect([before(30_000), before(30_001), before(600_000)]).toEqual([
      "ok",
      "not_yet_valid",
      "not_yet_valid",
    ]);
  });

  it("SIG-05 refuses a life of more than fifteen minutes, whoever signed it", () => {
    expect(reasonOf(wrapClaims({ exp: seconds + 900 }))).toBe("ok");
    expect(reasonOf(wrapClaims({ exp: seconds + 901 }))).toBe("ttl_too_long");
    expect(reasonOf(wrapClaims({ nbf: 0 }))).toBe("ttl_too_long");
  });

  it.each([undefined, null, "9999", String(seconds + 600), -1, 0.5, [], {}, true, seconds, 2 ** 53])(
    "SIG-05 refuses the expiry %j",
    (exp) => {
      expect(reasonOf(wrapClaims({ exp }))).toBe("bad_claims");
    },
  );

  it("SIG-05 refuses an infinite expiry", () => {
    const text = JSON.stringify(claims).replace(/"exp":\d+/, '"exp":1e400');
    const [header] = signJws({ key: keys.signalMac, typ: "keepstreak-signal+jwt", epoch, claims }).split(".");
    const signed = `${header}.${encodeBase64url(text)}`;
    expect(reasonOf(wrap(`${signed}.${encodeBase64url(hmacSha256(keys.signalMac, signed))}`))).toBe(
      "bad_claims",
    );
  });

  it.each([
    ["no run", { sub: undefined }],
    ["an empty id", { jti: "" }],
    ["a list as audience", { aud: [workerId] }],
    ["a negative place in the order", { seq: -1 }],
    ["parameters that are a list", { params: [] }],
    ["no parameters", { params: undefined }],
    ["a claim that nobody knows", { sudo: true }],
  ])("refuses %s", (_name, change) => {
    expect(reasonOf(wrapClaims(change))).toBe("bad_claims");
  });

  it("SIG-10 refuses another worker's signal by its key, and by its audience where keys are shared", () => {
    const bob = deriveWorkerKeys({ handshakeSecret, clientId: "client-bob", epoch });
    expect(reasonOf(sealSignal({ keys: bob, signal, iv }))).toBe("bad_seal");
    expect(reasonOf(sealSignal({ keys, signal: { ...signal, workerId: "client-bob" }, iv }))).toBe(
      "wrong_audience",
    );
  });

  it("SIG-12 refuses another kind under the same MAC", () => {
    const jws = signJws({ key: keys.signalMac, typ: "keepstreak-signal+jwt", epoch, claims });
    const [header, , mac] = jws.split(".");
    const changed = Buffer.from(JSON.stringify({ ...claims, kind: "update" })).toString("base64url");
    expect(reasonOf(wrap(`${header}.${changed}.${mac}`))).toBe("bad_mac");
  });

  it("SIG-13 refuses every other algorithm, outside and inside", () => {
    const header = (change: object) =>
      Buffer.from(
        JSON.stringify({
          alg: "dir",
          enc: "A256GCM",
          typ: "keepstreak-sealed-signal+jwt",
          cty: "JWT",
          kid: String(epoch),
          ...change,
        }),
      ).toString("base64url");
    const [, ...rest] = sealed.split(".");
    const changes = [
      { alg: "none" },
      { alg: "A256KW" },
      { alg: ["dir"] },
      { enc: "A128GCM" },
      { zip: "DEF" },
    ];
    for (const change of changes) {
      expect(reasonOf([header(change), ...rest].join("."))).toBe("wrong_header");
    }
    expect(reasonOf([header({}), "AAAA", ...rest.slice(1)].join("."))).toBe("wrong_header");
    const inner = [{ alg: "none", typ: "keepstreak-signal+jwt", kid: String(epoch) }, claims]
      .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
      .join(".");
    expect(reasonOf(wrap(`${inner}.`))).toBe("wrong_header");
  });

  it("SIG-15 refuses a signal of an epoch whose grace ended", () => {
    const then = new Date((epoch + 1) * EPOCH_SECONDS * 1000 + 20 * 60_000);
    const late: Signal = { ...signal, notBefore: then, expiresAt: new Date(then.getTime() + 60_000) };
    const opened = openSignal({
      sealed: sealSignal({ keys, signal: late, iv }),
      findKeys: () => keys,
      workerId,
      now: then,
    });
    expect(opened).toEqual({ ok: false, reason: "unknown_epoch" });
  });

  it("SIG-17 refuses a key named twice in the signed claims", () => {
    const [header] = signJws({ key: keys.signalMac, typ: "keepstreak-signal+jwt", epoch, claims }).split(".");
    const doubled = Buffer.from('{"kind":"verify","kind":"update"}').toString("base64url");
    expect(reasonOf(wrap(`${header}.${doubled}.AAAA`))).toBe("duplicate_key");
  });

  it("SIG-19 tells a repeated, a skipped and an overtaken place in the order apart", () => {
    expect([undefined, 6, 7, 5, 9].map((last) => compareSeq(7, last))).toEqual([
      "in_order",
      "in_order",
      "repeated",
      "gap",
      "stale",
    ]);
  });

  it("SIG-20 lets a withheld signal die of old age", () => {
    expect(reasonOf(sealed, new Date(now.getTime() + 24 * 3600_000))).toBe("expired");
  });

  it("SIG-06 refuses every signal with one bit flipped", () => {
    const bytes = Buffer.from(sealed, "latin1");
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = Buffer.from(bytes);
      flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      if (open(flipped.toString("latin1")).ok) expect.fail(`bit ${bit}`);
    }
  });

  it("SIG-07 refuses a truncated or lengthened seal without an exception", () => {
    const parts = sealed.split(".");
    const tag = Buffer.from(parts[4] ?? "", "base64url");
    for (let length = 0; length < 16; length++) {
      const cut = [...parts.slice(0, 4), tag.subarray(0, length).toString("base64url")].join(".");
      expect(reasonOf(cut)).toBe("bad_seal");
    }
    expect(
      [`${sealed}A`, `${sealed}=`, `${sealed}.`, "", "...."].map((token) => open(token).ok),
    ).not.toContain(true);
  });

  it("never throws on noise", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(fc.base64String()).map((parts) => parts.join(".")),
        ),
        (text) => {
          expect(open(text).ok).toBe(false);
        },
      ),
    );
  });
});
