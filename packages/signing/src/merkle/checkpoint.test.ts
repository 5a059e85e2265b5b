import { generateKeyPairSync, sign } from "node:crypto";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { openCheckpoint, readUnverifiedCheckpoint, signCheckpoint } from "./checkpoint.js";
import {
  formatNoteKey,
  type NoteKey,
  type NoteSigner,
  noteKeyOf,
  openNote,
  parseNoteKey,
  signNote,
} from "./signed-note.js";
import { sha256 } from "./test-tree.js";
import { webVerifyEd25519 as verify } from "./web-crypto.js";

const origin = "pulsekeep.example/audit";
const checkpoint = { origin, treeSize: 11, rootHash: new Uint8Array(32).fill(7) };
let ours: NoteSigner;
let next: NoteSigner;
let stranger: NoteSigner;
let note: string;

async function newSigner(name: string): Promise<NoteSigner> {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const raw = new Uint8Array(publicKey.export({ format: "der", type: "spki" }).subarray(-32));
  return { key: await noteKeyOf(name, raw, sha256), sign: (text) => sign(null, text, privateKey) };
}

beforeAll(async () => {
  [ours, next, stranger] = await Promise.all([newSigner(origin), newSigner(origin), newSigner("stranger")]);
  note = signCheckpoint(checkpoint, [ours]);
});

const open = (text: string, keys: readonly NoteKey[] = [ours.key]) =>
  openCheckpoint({ note: text, origin, keys, verify });

describe("a signed note", () => {
  // The example of the C2SP signed-note documentation (golang.org/x/mod/sumdb/note).
  const key = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
  const text =
    "If you think cryptography is the answer to your problem,\n" +
    "then you don't know what your problem is.\n";
  const signature =
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=";

  it("of another implementation is opened", async () => {
    const peter = await parseNoteKey(key, sha256);
    if (!peter) throw new Error("the key is not read");
    expect(formatNoteKey(peter)).toBe(key);
    const published = `${text}\n— PeterNeumann ${signature}\n`;
    expect(await openNote({ note: published, keys: [peter], verify })).toMatchObject({ ok: true, text });
    expect(await openNote({ note: published.replace("think", "drink"), keys: [peter], verify })).toEqual({
      ok: false,
      reason: "forged",
    });
  });

  it("takes no text that would be read in two ways", () => {
    for (const bad of ["no newline", "tab\t\n", "nul\0\n", "\ud800\n"])
      expect(() => signNote(bad, [ours])).toThrow(RangeError);
  });

  it("names no key that is written in another way", async () => {
    const good = formatNoteKey(ours.key);
    expect(await parseNoteKey(good, sha256)).toEqual(ours.key);
    const [name = "", id = "", ...encoded] = good.split("+");
    for (const bad of [
      `other+${id}+${encoded.join("+")}`,
      `${name}+00000000+${encoded.join("+")}`,
      `${name}+${id.toUpperCase()}x+${encoded.join("+")}`,
      `${good}\n`,
      `${good} `,
      "",
    ])
      expect(await parseNoteKey(bad, sha256)).toBeUndefined();
    await expect(noteKeyOf("two words", ours.key.publicKey, sha256)).rejects.toThrow(RangeError);
    await expect(noteKeyOf("short", new Uint8Array(31), sha256)).rejects.toThrow(RangeError);
  });
});

describe("a checkpoint", () => {
  it("is three lines and a signature", () => {
    const [first, second, third, empty, signed] = note.split("\n");
    expect([first, second, third, empty]).toEqual([origin, "11", Buffer.alloc(32, 7).toString("base64"), ""]);
    expect(signed?.startsWith(`— ${origin} `)).toBe(true);
    expect(readUnverifiedCheckpoint(note)).toEqual(checkpoint);
  });

  it("is opened with the log's key, and is the same each time it is signed", async () => {
    expect(await open(note)).toEqual({ ok: true, checkpoint, signedBy: [ours.key] });
    expect(signCheckpoint(checkpoint, [ours])).toBe(note);
  });

  it("of two keys is opened by whoever knows one of them", async () => {
    const both = signCheckpoint(checkpoint, [next, ours]);
    expect(await open(both, [ours.key])).toMatchObject({ ok: true, signedBy: [ours.key] });
    expect(await open(both, [next.key])).toMatchObject({ ok: true, signedBy: [next.key] });
  });

  it("is refused with its reason", async () => {
    expect(await open(signCheckpoint(checkpoint, [stranger]))).toEqual({ ok: false, reason: "unknown_key" });
    const impostor = { key: ours.key, sign: stranger.sign };
    expect(await open(signCheckpoint(checkpoint, [impostor]))).toEqual({ ok: false, reason: "forged" });
    // One good signature does not make up for a forged one.
    expect(await open(signCheckpoint(checkpoint, [next, impostor]), [ours.key, next.key])).toEqual({
      ok: false,
      reason: "forged",
    });
    const elsewhere = signCheckpoint({ ...checkpoint, origin: "elsewhere.example/audit" }, [ours]);
    expect(await open(elsewhere)).toEqual({ ok: false, reason: "wrong_origin" });
    for (const bad of [
      "",
      note.slice(0, -1),
      note.replace("\n\n", "\n"),
      `${note}\n`,
      note.replace("— ", "- "),
      signNote(`${origin}\n011\n${Buffer.alloc(32).toString("base64")}\n`, [ours]),
      signNote(`${origin}\n11\n${Buffer.alloc(31).toString("base64")}\n`, [ours]),
      signNote(`${origin}\n99999999999999999999\n${Buffer.alloc(32).toString("base64")}\n`, [ours]),
    ])
      expect(await open(bad)).toEqual({ ok: false, reason: "malformed" });
  });

  it("is not made of what could not be read back", () => {
    for (const bad of [
      { origin: "" },
      { origin: "a\nb" },
      { treeSize: -1 },
      { treeSize: 1.5 },
      { rootHash: new Uint8Array(3) },
    ])
      expect(() => signCheckpoint({ ...checkpoint, ...bad }, [ours])).toThrow(RangeError);
  });

  it("is refused at any changed character", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(note.length - 1),
        fc.string({ minLength: 1, maxLength: 1 }),
        async (at, character) => {
          fc.pre(note[at] !== character);
          const touched = note.slice(0, at) + character + note.slice(at + 1);
          expect(await open(touched)).toMatchObject({ ok: false });
        },
      ),
    );
  });
});
