import { createSecretKey } from "node:crypto";
import fc from "fast-check";
import { compactVerify, SignJWT } from "jose";
import { describe, expect, it } from "vitest";
import { encodeBase64url } from "./base64url.js";
import { signJws } from "./compact-jws.js";
import { hmacSha256 } from "./digest.js";
import { EPOCH_SECONDS } from "./epochs.js";
import { bodyHash, readUnverifiedProof, signProof, verifyProof } from "./request-proof.js";
import { deriveWorkerKeys, type FindWorkerKeys } from "./worker-keys.js";

const now = new Date("2026-03-14T09:26:53.000Z");
const epoch = Math.floor(now.getTime() / 1000 / EPOCH_SECONDS);
const handshakeSecret = Buffer.alloc(32, 9);
const clientId = "client-alice";
const keysOf = (of: number, id = clientId) => deriveWorkerKeys({ handshakeSecret, clientId: id, epoch: of });
const keys = keysOf(epoch);
const findKeys: FindWorkerKeys = (of) => (Math.abs(of - epoch) <= 1 ? keysOf(of) : undefined);
const request = {
  server: "https://pulse.example",
  method: "POST",
  url: "https://pulse.example/v1/worker/claim",
  body: '{"max":1}',
};
const jti = "jti_0123456789abcdef";
const proof = signProof({ keys, clientId, request, now, jti, sessionId: "session_0123456789" });
const claims = {
  iss: clientId,
  aud: request.server,
  htm: "POST",
  htu: request.url,
  iat: now.getTime() / 1000,
  jti,
  bh: bodyHash(request.body),
};
const sign = (changes: object) =>
  signJws({ key: keys.request, typ: "keepstreak-proof+jwt", epoch, claims: { ...claims, ...changes } });
const verify = (token: string, changes: Partial<Parameters<typeof verifyProof>[0]> = {}) =>
  verifyProof({ proof: token, findKeys, clientId, request, now, ...changes });
const reasonOf = (...args: Parameters<typeof verify>) => {
  const verified = verify(...args);
  return verified.ok ? "ok" : verified.reason;
};
const at = (seconds: number) => ({ now: new Date(now.getTime() + seconds * 1000) });
/** Header as JSON text, so that a test may write what `signJws` never would. */
const withHeader = (header: string, key = keys.request) =>
  [header, JSON.stringify(claims)].map((part) => Buffer.from(part).toString("base64url")).join(".") +
  `.${signJws({ key, typ: "x", epoch, claims }).split(".")[2]}`;

describe("request proof", () => {
  it("accepts its own proof and gives back what the caller must remember", () => {
    expect(verify(proof)).toEqual({
      ok: true,
      jti,
      issuedAt: now,
      epoch,
      sessionId: "session_0123456789",
    });
    expect(readUnverifiedProof(proof)).toEqual({ clientId, jti });
  });

  it("is a JWS that jose verifies, and verifies one that jose signed", async () => {
    const { payload, protectedHeader } = await compactVerify(proof, keys.request, { algorithms: ["HS256"] });
    expect(JSON.parse(Buffer.from(payload).toString())).toEqual({ ...claims, sid: "session_0123456789" });
    expect(protectedHeader).toEqual({ alg: "HS256", typ: "keepstreak-proof+jwt", kid: String(epoch) });
    const theirs = await new SignJWT(claims)
      .setProtectedHeader({ alg: "HS256", typ: "keepstreak-proof+jwt", kid: String(epoch) })
      .sign(keys.request);
    expect(verify(theirs).ok).toBe(true);
  });

  it("refuses a proof older than five minutes or more than thirty seconds ahead", () => {
    expect([300, 300.001, -30, -30.001].map((seconds) => reasonOf(proof, at(seconds)))).toEqual([
      "ok",
      "too_old",
      "ok",
      "from_future",
    ]);
  });

  it("SIG-04 refuses a worker whose clock is ten minutes off, by distinct reasons", () => {
    expect([600, -600].map((seconds) => reasonOf(proof, at(seconds)))).toEqual(["too_old", "from_future"]);
  });

  it("names each mismatch", () => {
    const changed = (change: Partial<typeof request>) =>
      reasonOf(proof, { request: { ...request, ...change } });
    expect(changed({ method: "GET" })).toBe("wrong_method");
    expect(changed({ url: "https://pulse.example/v1/worker/report" })).toBe("wrong_url");
    expect(changed({ server: "https://evil.example" })).toBe("wrong_audience");
    expect(changed({ body: '{"max":2}' })).toBe("wrong_body");
    expect(changed({ body: "" })).toBe("wrong_body");
    expect(reasonOf(proof, { clientId: "client-bob" })).toBe("wrong_issuer");
  });

  it("SIG-10 refuses another worker's proof by its key alone", () => {
    expect(reasonOf(proof, { findKeys: (of) => keysOf(of, "client-bob") })).toBe("bad_mac");
  });

  it("SIG-21 covers the reported outcome, so that a report cannot be reworded", () => {
    const body = '{"runId":"r1","result":{"outcome":"failed"}}';
    const report = signProof({ keys, clientId, request: { ...request, body }, now, jti });
    const forged = { ...request, body: body.replace("failed", "succeeded") };
    expect(reasonOf(report, { request: forged })).toBe("wrong_body");
  });

  it.each([
    ["iat missing", { iat: undefined }],
    ["iat as text", { iat: String(claims.iat) }],
    ["iat null", { iat: null }],
    ["iat fractional", { iat: claims.iat + 0.5 }],
    ["jti missing", { jti: undefined }],
    ["jti short", { jti: "short" }],
    ["jti with a quote", { jti: "'0123456789abcdef" }],
    ["sid empty", { sid: "" }],
    ["audience as a list", { aud: [request.server] }],
    ["a claim that nobody knows", { admin: true }],
  ])("refuses %s", (_name, change) => {
    expect(reasonOf(sign(change))).toBe("bad_claims");
  });

  it("refuses a time that JSON reads as infinite", () => {
    const text = JSON.stringify(claims).replace(/"iat":\d+/, '"iat":1e400');
    const signed = `${proof.split(".")[0]}.${encodeBase64url(text)}`;
    expect(reasonOf(`${signed}.${encodeBase64url(hmacSha256(keys.request, signed))}`)).toBe("bad_claims");
  });

  it.each([
    ["alg none", '{"alg":"none","typ":"keepstreak-proof+jwt","kid":"KID"}'],
    ["alg HS512", '{"alg":"HS512","typ":"keepstreak-proof+jwt","kid":"KID"}'],
    ["alg EdDSA", '{"alg":"EdDSA","typ":"keepstreak-proof+jwt","kid":"KID"}'],
    ["alg as a list", '{"alg":["HS256"],"typ":"keepstreak-proof+jwt","kid":"KID"}'],
    ["another use's typ", '{"alg":"HS256","typ":"keepstreak-signal+jwt","kid":"KID"}'],
    ["no typ", '{"alg":"HS256","kid":"KID"}'],
    ["a key of its own", '{"alg":"HS256","typ":"keepstreak-proof+jwt","kid":"KID","jwk":{}}'],
    ["crit", '{"alg":"HS256","typ":"keepstreak-proof+jwt","kid":"KID","crit":["b64"]}'],
  ])("SIG-13 refuses a header with %s", (_name, header) => {
    expect(reasonOf(withHeader(header.replace("KID", String(epoch))))).toBe("wrong_header");
  });

  it.each(["../../dev/null", "' or 1=1 --", "__proto__", "constructor", "toString", ""])(
    "SIG-14 refuses the kid %j",
    (kid) => {
      const header = JSON.stringify({ alg: "HS256", typ: "keepstreak-proof+jwt", kid });
      expect(reasonOf(withHeader(header))).toBe("unknown_epoch");
    },
  );

  it("SIG-15 refuses the previous epoch once its grace ended, though its key is still held", () => {
    const old = keysOf(epoch - 1);
    const boundary = epoch * EPOCH_SECONDS * 1000;
    const reasons = [19 * 60, 20 * 60].map((seconds) => {
      const then = new Date(boundary + seconds * 1000);
      return reasonOf(signProof({ keys: old, clientId, request, now: then, jti }), { now: then });
    });
    expect(reasons).toEqual(["ok", "unknown_epoch"]);
  });

  it("SIG-16 accepts old and new epoch during the grace, but no list of proofs", () => {
    const then = new Date(epoch * EPOCH_SECONDS * 1000 + 60_000);
    const both = [epoch - 1, epoch].map((of) =>
      signProof({ keys: keysOf(of), clientId, request, now: then, jti }),
    );
    expect(both.map((token) => reasonOf(token, { now: then }))).toEqual(["ok", "ok"]);
    for (const separator of [",", ", ", " "]) {
      expect(reasonOf(both.join(separator), { now: then })).toBe("malformed");
    }
  });

  it("SIG-17 refuses duplicate keys in header and claims before it looks at the MAC", () => {
    const [header, , mac] = proof.split(".");
    const doubled = Buffer.from('{"iss":"a","iss":"b"}').toString("base64url");
    expect(reasonOf(`${header}.${doubled}.${mac}`)).toBe("duplicate_key");
    expect(reasonOf(withHeader('{"alg":"none","alg":"HS256"}'))).toBe("duplicate_key");
  });

  it("SIG-18 refuses the header sent twice, as Node joins it", () => {
    expect(reasonOf(`${proof}, ${proof}`)).toBe("malformed");
  });

  it("SIG-06 refuses every proof with one bit flipped", () => {
    const bytes = Buffer.from(proof, "latin1");
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = Buffer.from(bytes);
      flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      if (verify(flipped.toString("latin1")).ok) expect.fail(`bit ${bit}`);
    }
  });

  it("SIG-07 refuses truncated, lengthened and re-encoded MACs without an exception", () => {
    const [header, payload, mac = ""] = proof.split(".");
    const bytes = Buffer.from(mac, "base64url");
    const others = [
      "",
      `${mac}=`,
      `${mac}A`,
      bytes.toString("hex"),
      bytes.toString("hex").toUpperCase(),
      Buffer.concat([bytes, Buffer.of(0)]).toString("base64url"),
      ...Array.from({ length: 31 }, (_, at) => bytes.subarray(0, at + 1).toString("base64url")),
    ];
    for (const other of others)
      expect(["bad_mac", "malformed"]).toContain(reasonOf(`${header}.${payload}.${other}`));
  });

  it("never throws and never accepts what it did not sign", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(fc.base64String()).map((parts) => parts.join(".")),
        ),
        (text) => {
          expect(verify(text).ok).toBe(false);
        },
      ),
    );
  });

  it("refuses oversized proofs unread", () => {
    expect(reasonOf(`${"a".repeat(5000)}.b.c`)).toBe("malformed");
  });

  it("keeps each purpose's key to itself", () => {
    const token = signJws({ key: keys.response, typ: "keepstreak-proof+jwt", epoch, claims });
    expect(reasonOf(token)).toBe("bad_mac");
    expect(reasonOf(withHeader("{}", createSecretKey(Buffer.alloc(32))))).toBe("wrong_header");
  });
});
