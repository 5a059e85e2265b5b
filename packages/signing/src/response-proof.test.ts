import { describe, expect, it } from "vitest";
import { epochAt } from "./epochs.js";
import { signProof } from "./request-proof.js";
import { signResponse, verifyResponse } from "./response-proof.js";
import { deriveAcceptedKeys, deriveWorkerKeys } from "./worker-keys.js";

const now = new Date("2026-03-14T09:26:53.000Z");
const handshakeSecret = Buffer.alloc(32, 5);
const clientId = "client-alice";
const keys = deriveWorkerKeys({ handshakeSecret, clientId, epoch: epochAt(now) });
const findKeys = deriveAcceptedKeys({ handshakeSecret, clientId, now });
const response = { status: 200, body: '{"runs":[]}', clientId, requestJti: "jti_0123456789abcdef" };
const proof = signResponse({ keys, response });
const reasonOf = (change: Partial<typeof response>, token = proof) => {
  const verified = verifyResponse({ proof: token, findKeys, response: { ...response, ...change }, now });
  return verified.ok ? "ok" : verified.reason;
};

describe("response proof", () => {
  it("accepts the answer that was signed", () => {
    expect(reasonOf({})).toBe("ok");
  });

  it("SIG-01 refuses an answer that was given to another request", () => {
    expect(reasonOf({ requestJti: "jti_fedcba9876543210" })).toBe("wrong_request");
  });

  it("names each other mismatch", () => {
    expect(reasonOf({ status: 401 })).toBe("wrong_status");
    expect(reasonOf({ body: '{"runs":[1]}' })).toBe("wrong_body");
    expect(reasonOf({ clientId: "client-bob" })).toBe("wrong_audience");
  });

  it("refuses a request's proof sent back as an answer's", () => {
    const request = { server: "https://s.example", method: "POST", url: "https://s.example/", body: "" };
    expect(reasonOf({}, signProof({ keys, clientId, request, now, jti: response.requestJti }))).toBe(
      "wrong_header",
    );
  });

  it("refuses every proof with one bit flipped", () => {
    const bytes = Buffer.from(proof, "latin1");
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = Buffer.from(bytes);
      flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      if (reasonOf({}, flipped.toString("latin1")) === "ok") expect.fail(`bit ${bit}`);
    }
  });

  it("refuses an empty proof", () => {
    expect(reasonOf({}, "")).toBe("malformed");
  });
});
