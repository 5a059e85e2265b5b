import { createHmac } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeBase64url } from "../base64url.js";
import { lengthPrefixed } from "../length-prefixed.js";
import { type SignedText, signText } from "./ed25519.js";
import { compareVersions, readReleaseManifest, verifyRelease } from "./release-manifest.js";
import { readReleaseRoot, writeReleaseRoot } from "./release-root.js";
import { makeKey, makeManifest, makeRoot, signManifest, signRoot } from "./test-release-keys.js";

const now = new Date("2026-03-14T09:26:53.000Z");
const keys = { root: makeKey(), release: makeKey() };
const stranger = makeKey();
const trusted = makeRoot(keys);
const source = "// a worker\n";

const verify = (
  manifest: SignedText,
  change: Partial<Parameters<typeof verifyRelease>[0]> = {},
): ReturnType<typeof verifyRelease> =>
  verifyRelease({ trusted, roots: [], manifest, installedVersion: "0.1.0", now, ...change });
const refused = (reason: string) => ({ ok: false, reason });
const good = signManifest(makeManifest(source), keys.release);

describe("a release", () => {
  it("is accepted when the release key of the installed worker's root signed it", () => {
    expect(verify(good)).toEqual({ ok: true, manifest: makeManifest(source) });
  });

  it("UPD-01 is refused unsigned, with a MAC of the handshake's kind, and by any other key", () => {
    const { text } = good;
    const mac = encodeBase64url(createHmac("sha512", "handshake secret").update(text).digest());
    expect(verify({ text, signatures: [] })).toEqual(refused("not_signed"));
    expect(verify({ text, signatures: ["", "AAAA", mac] })).toEqual(refused("not_signed"));
    expect(verify(signManifest(makeManifest(source), stranger))).toEqual(refused("not_signed"));
    expect(verify(signManifest(makeManifest(source), keys.root))).toEqual(refused("not_signed"));
  });

  it("UPD-01 is refused when the key signed the same text for another purpose, or without one", () => {
    const { text } = good;
    const asRoot = signText(text, "keepstreak/release-root/v1", keys.release.privateKey);
    expect(verify({ text, signatures: [asRoot] })).toEqual(refused("not_signed"));
  });

  it("UPD-02 is refused when it is the installed version or an older one", () => {
    expect(verify(good, { installedVersion: "0.2.0" })).toEqual(refused("not_newer"));
    expect(verify(good, { installedVersion: "0.10.0" })).toEqual(refused("not_newer"));
  });

  it("UPD-03 is refused from the millisecond on at which it expires", () => {
    const { expiresAt } = makeManifest(source);
    expect(verify(good, { now: new Date(Date.parse(expiresAt) - 1) }).ok).toBe(true);
    expect(verify(good, { now: new Date(expiresAt) })).toEqual(refused("expired"));
    const dateless = signManifest(makeManifest(source, { expiresAt: "2027" }), keys.release);
    expect(verify(dateless)).toEqual(refused("expired"));
  });

  it.each([
    ["another file", good.text.replace("worker.mjs", "pulse.yml")],
    ["another kind of document", good.text.replace("worker-release", "other-release")],
    ["a length of nothing", good.text.replace(/"length":\d+/, '"length":0')],
    ["a length without end", good.text.replace(/"length":\d+/, '"length":1e9')],
    ["half a hash", good.text.replace(/"sha256":"\w{32}/, '"sha256":"')],
    ["a field twice", good.text.replace('"root":1', '"root":1,"root":1')],
    ["a field more", good.text.replace('"root":1', '"root":1,"run":"id"')],
    ["a version that is no version", good.text.replace("0.2.0", "0.2.0-x")],
    ["no object", "[]"],
  ])("UPD-04 is refused when its manifest has %s, well signed or not", (_name, text) => {
    expect(text).not.toBe(good.text);
    const signature = signText(text, "keepstreak/release/v1", keys.release.privateKey);
    expect(verify({ text, signatures: [signature] })).toEqual(refused("manifest_malformed"));
    expect(verify({ text, signatures: good.signatures })).toEqual(refused("not_signed"));
  });

  it("UPD-05 of the highest version there is is undone by a new root, under which numbers begin anew", () => {
    const highest = "999999.999999.999999";
    const fast = signManifest(makeManifest(source, { version: highest }), keys.release);
    expect(verify(fast).ok).toBe(true);
    const release = makeKey();
    const next = signRoot(makeRoot({ root: keys.root, release }, { version: 2 }), keys.root);
    const healed = signManifest(makeManifest(source, { version: "0.3.0", root: 2 }), release);
    expect(verify(good, { installedVersion: highest })).toEqual(refused("not_newer"));
    expect(verify(healed, { installedVersion: highest, roots: [next] }).ok).toBe(true);
    expect(verify(fast, { roots: [next] })).toEqual(refused("not_signed"));
  });

  it("UPD-05 cannot count beyond what versions are compared by", () => {
    const beyond = signManifest(makeManifest(source, { version: "9007199254740991.0.0" }), keys.release);
    expect(verify(beyond)).toEqual(refused("manifest_malformed"));
  });

  it("of an older root is refused although its key signs on", () => {
    const next = signRoot(makeRoot(keys, { version: 2 }), keys.root);
    expect(verify(good, { roots: [next] })).toEqual(refused("wrong_root"));
  });

  it("is refused when any one bit of its manifest or signature is flipped", () => {
    const bytes = Buffer.from(good.text);
    const signature = Buffer.from(good.signatures[0] ?? "", "base64url");
    fc.assert(
      fc.property(fc.nat((bytes.length + signature.length) * 8 - 1), (bit) => {
        const flipped = Buffer.concat([bytes, signature]);
        flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        const text = flipped.subarray(0, bytes.length).toString("latin1");
        const signatures = [encodeBase64url(flipped.subarray(bytes.length))];
        expect(verify({ text, signatures }).ok).toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  it("has a manifest that reads as it was written", () => {
    expect(readReleaseManifest(good.text)).toEqual(makeManifest(source));
  });
});

describe("a root", () => {
  const next = { root: makeKey(), release: makeKey() };
  const second = makeRoot(next, { version: 2 });
  const third = makeRoot(keys, { version: 3 });
  const release = signManifest(makeManifest(source, { root: 2 }), next.release);

  it("UPD-06 is replaced by the next one, signed by both", () => {
    expect(verify(release, { roots: [signRoot(second, keys.root, next.root)] }).ok).toBe(true);
    const byThird = signManifest(makeManifest(source, { root: 3 }), keys.release);
    const both = [signRoot(second, keys.root, next.root), signRoot(third, next.root, keys.root)];
    expect(verify(byThird, { roots: both }).ok).toBe(true);
  });

  it("UPD-06 is not replaced by the one after the next, however well signed", () => {
    const byThird = signManifest(makeManifest(source, { root: 3 }), keys.release);
    const skipping = signRoot(third, keys.root, next.root);
    expect(verify(byThird, { roots: [skipping] })).toEqual(refused("root_not_next"));
  });

  it("UPD-06 is not replaced when one of the two signatures is missing", () => {
    expect(verify(release, { roots: [signRoot(second, next.root)] })).toEqual(refused("root_not_signed"));
    expect(verify(release, { roots: [signRoot(second, keys.root)] })).toEqual(
      refused("root_not_self_signed"),
    );
  });

  it("UPD-07 is not replaced by who stole the release key, and replaced without them it is worth nothing", () => {
    const thief = keys.release;
    const theirs = makeRoot({ root: thief, release: makeKey() }, { version: 2 });
    expect(verify(release, { roots: [signRoot(theirs, thief)] })).toEqual(refused("root_not_signed"));
    const healed = signRoot(makeRoot({ root: keys.root, release: next.release }, { version: 2 }), keys.root);
    const stolen = signManifest(makeManifest(source, { root: 2 }), thief);
    expect(verify(stolen, { roots: [healed] })).toEqual(refused("not_signed"));
    expect(verify(release, { roots: [healed] }).ok).toBe(true);
  });

  it("UPD-03 is refused once it has expired, whether installed or handed out", () => {
    const old = makeRoot(keys, { expiresAt: "2026-03-14T09:26:53.000Z" });
    expect(verify(good, { trusted: old })).toEqual(refused("root_expired"));
    const expired = signRoot({ ...second, expiresAt: old.expiresAt }, keys.root, next.root);
    expect(verify(release, { roots: [expired] })).toEqual(refused("root_expired"));
  });

  it("wakes up who slept while one expired, when the next is there", () => {
    const old = makeRoot(keys, { expiresAt: "2026-01-01T00:00:00.000Z" });
    expect(verify(release, { trusted: old, roots: [signRoot(second, keys.root, next.root)] }).ok).toBe(true);
  });

  it("is passed over in a chain when it is known already", () => {
    const chain = [signRoot(trusted, stranger), signRoot(second, keys.root, next.root)];
    expect(verify(release, { roots: chain }).ok).toBe(true);
  });

  it("is refused malformed, with one key for both, and in a chain without end", () => {
    expect(readReleaseRoot(writeReleaseRoot(trusted))).toEqual(trusted);
    expect(readReleaseRoot(writeReleaseRoot({ ...trusted, releaseKey: trusted.rootKey }))).toBeUndefined();
    expect(readReleaseRoot(writeReleaseRoot({ ...trusted, rootKey: "AAAA" }))).toBeUndefined();
    expect(readReleaseRoot(writeReleaseRoot({ ...trusted, version: 0 }))).toBeUndefined();
    const chain = Array.from({ length: 9 }, () => signRoot(trusted, keys.root));
    expect(verify(good, { roots: chain })).toEqual(refused("root_malformed"));
    expect(verify(good, { roots: [{ text: "{}", signatures: [] }] })).toEqual(refused("root_malformed"));
  });
});

describe("versions", () => {
  const version = fc.tuple(fc.nat(999_999), fc.nat(999_999), fc.nat(999_999));

  it("are ordered number by number", () => {
    fc.assert(
      fc.property(version, version, (one, other) => {
        const expected = Buffer.compare(...([one, other].map(toBytes) as [Buffer, Buffer]));
        expect(Math.sign(compareVersions(one.join("."), other.join(".")))).toBe(expected);
      }),
    );
  });

  function toBytes(numbers: readonly number[]): Buffer {
    return lengthPrefixed([Buffer.from(numbers.map((n) => String(n).padStart(6, "0")).join(""))]);
  }
});
