// Checks the audit log of a PulseKeep server from outside. It needs Node 20 or newer and nothing else; read it
// before you run it: node verify-proof.mjs <server> [<link to a shared proof>]
//
// 1. The newest checkpoint is signed by the log's key. The key is kept in pulsekeep-log.json beside you, and from
//    then on only a key that you have seen counts.
// 2. The log continues the one that you saw last time: nothing in it was changed or taken out since.
// 3. With a link: each entry of the shared proof stands in that log, word for word.
//
// Formats: C2SP tlog-checkpoint, Merkle tree of RFC 9162, leaves as the server's documentation says.
import { createHash, createPublicKey, verify } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";

const KEPT = "pulsekeep-log.json";
const [server = "", link] = process.argv.slice(2);

const fail = (why) => {
  throw new Error(why);
};
const say = (text) => process.stdout.write(`${text}\n`);
const bytes = (base64) => Buffer.from(base64, "base64");
const sha256 = (...parts) => createHash("sha256").update(Buffer.concat(parts)).digest();
const hashNode = (left, right) => sha256(Buffer.of(1), left, right);

async function read(path) {
  const response = await fetch(`${server}/api/v1/${path}`);
  if (!response.ok) fail(`${path} was answered ${response.status}`);
  return response.json();
}

/** A key as `name+id+base64(1, key)`; its id is the beginning of a hash of the rest. */
function readKey(text) {
  const [, name, id, encoded] = /^(\S+)\+([0-9a-f]{8})\+(\S+)$/.exec(text) ?? fail(`not a key: ${text}`);
  const typed = bytes(encoded);
  const named = sha256(Buffer.from(`${name}\n`), typed)
    .toString("hex")
    .slice(0, 8);
  if (typed.length !== 33 || typed[0] !== 1 || named !== id) fail(`not a key: ${text}`);
  const der = Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), typed.subarray(1)]);
  return { text, name, id, key: createPublicKey({ key: der, format: "der", type: "spki" }) };
}

/** A signed note: text, empty line, one line per signature. Opens only with one of these keys. */
function openCheckpoint(note, keys) {
  const end = note.lastIndexOf("\n\n");
  const text = note.slice(0, end + 1);
  const signatures = note
    .slice(end + 2)
    .split("\n")
    .slice(0, -1);
  const signedBy = signatures.flatMap((line) => {
    const [, name, encoded] = /^— (\S+) (\S+)$/u.exec(line) ?? fail("the checkpoint is malformed");
    const signature = bytes(encoded);
    const id = signature.subarray(0, 4).toString("hex");
    const known = keys.find((key) => key.name === name && key.id === id);
    if (!known) return [];
    if (!verify(null, Buffer.from(text), known.key, signature.subarray(4))) fail("a signature is forged");
    return [known.text];
  });
  if (signedBy.length === 0) fail("the checkpoint is signed by no key that you know");
  const [origin, size, root] = text.split("\n");
  if (!/^[1-9][0-9]*$/.test(size)) fail("the checkpoint is malformed");
  return { origin, size: Number(size), root: bytes(root), signedBy };
}

/** The root that a leaf's hash and its path lead to (RFC 9162, 2.1.3.2). */
function rootFrom(leafHash, leafIndex, treeSize, path) {
  let [node, last, hash] = [BigInt(leafIndex), BigInt(treeSize) - 1n, leafHash];
  for (const sibling of path) {
    if (last === 0n) fail("the path is too long");
    if (node % 2n === 1n || node === last) {
      hash = hashNode(sibling, hash);
      while (node % 2n === 0n && node !== 0n) [node, last] = [node / 2n, last / 2n];
    } else hash = hashNode(hash, sibling);
    [node, last] = [node / 2n, last / 2n];
  }
  return last === 0n && leafIndex < treeSize ? hash : fail("the path is too short");
}

/** Whether the first tree is the beginning of the second (RFC 9162, 2.1.4.2). */
function continues(first, second, path) {
  if (first.size === second.size) return path.length === 0 && first.root.equals(second.root);
  const isWhole = (BigInt(first.size) & (BigInt(first.size) - 1n)) === 0n;
  const [start, ...rest] = isWhole ? [first.root, ...path] : path;
  if (!start || path.length === 0) return false;
  let [node, last, before, after] = [BigInt(first.size) - 1n, BigInt(second.size) - 1n, start, start];
  while (node % 2n === 1n) [node, last] = [node / 2n, last / 2n];
  for (const hash of rest) {
    if (last === 0n) return false;
    if (node % 2n === 1n || node === last) {
      [before, after] = [hashNode(hash, before), hashNode(hash, after)];
      while (node % 2n === 0n && node !== 0n) [node, last] = [node / 2n, last / 2n];
    } else after = hashNode(after, hash);
    [node, last] = [node / 2n, last / 2n];
  }
  return last === 0n && before.equals(first.root) && after.equals(second.root);
}

/** What stands in the log for an entry: each part with its length, so that no two entries have the same bytes. */
function leafHashOf(entry, workspaceId, salt) {
  const { actor, subject, facts } = entry;
  const names = Object.keys(facts).sort();
  const said = `{${names.map((name) => `${JSON.stringify(name)}:${JSON.stringify(facts[name])}`).join(",")}}`;
  const parts = ["pulsekeep/audit/v1", salt, entry.id, workspaceId, entry.action, actor.kind, actor.id];
  parts.push(subject.kind, subject.id, said, entry.requestId, entry.recordedAt);
  const fields = parts.map((part) => {
    if (part === null) return Buffer.of(0);
    const value = Buffer.from(part);
    const head = Buffer.alloc(5, 1);
    head.writeUInt32BE(value.length, 1);
    return Buffer.concat([head, value]);
  });
  return sha256(Buffer.of(0), ...fields);
}

async function check() {
  const kept = JSON.parse(await readFile(KEPT, "utf8").catch(() => "{}"))[server];
  const published = await read("audit/keys");
  const keys = (kept?.keys ?? published.keys).map(readKey);
  const { rows } = await read("audit/checkpoints?limit=1");
  if (rows.length === 0) fail("the log has no checkpoint yet: come back in two minutes");
  const newest = openCheckpoint(rows[0].note, keys);
  if (newest.origin !== published.origin) fail("the checkpoint is another log's");
  say(`signed: ${newest.size} entries, by ${newest.signedBy.join(" and ")}`);
  await checkContinuity(kept, newest, keys);
  const all = openCheckpoint(rows[0].note, [...keys, ...published.keys.map(readKey)]);
  await keep({ keys: [...new Set([...(kept?.keys ?? []), ...all.signedBy])], note: rows[0].note });
  if (link) await checkShared(link, all);
}

async function checkContinuity(kept, newest, keys) {
  if (!kept) return say(`first visit: kept in ${KEPT}, to compare next time`);
  const before = openCheckpoint(kept.note, keys);
  if (newest.size < before.size) fail(`the log has shrunk: you saw ${before.size} entries`);
  const { proof } = await read(`audit/consistency?from=${before.size}&to=${newest.size}`);
  if (!continues(before, newest, proof.map(bytes))) fail("the log was REWRITTEN since you saw it");
  say(`continues: the ${before.size} entries that you saw are unchanged`);
}

async function keep(log) {
  const all = JSON.parse(await readFile(KEPT, "utf8").catch(() => "{}"));
  await writeFile(KEPT, `${JSON.stringify({ ...all, [server]: log }, null, 2)}\n`);
}

async function checkShared(address, newest) {
  const { revocations } = await read(`proof/shared/${new URL(address).pathname.split("/").at(-1)}`);
  for (const { entry, proof } of revocations) {
    if (!proof.inclusion) {
      say(`not yet in a checkpoint: ${entry.action} at ${entry.recordedAt}`);
      continue;
    }
    const { workspaceId, salt, leafIndex, checkpoint } = proof.inclusion;
    const signed = openCheckpoint(checkpoint, newest.signedBy.map(readKey));
    const leaf = leafHashOf(entry, workspaceId, bytes(salt));
    if (!rootFrom(leaf, leafIndex, signed.size, proof.inclusion.proof.map(bytes)).equals(signed.root))
      fail(`NOT in the log: ${entry.action} at ${entry.recordedAt}`);
    say(`in the log as number ${leafIndex + 1}: ${entry.action} at ${entry.recordedAt}`);
  }
}

try {
  await check();
  say("ok");
} catch (error) {
  process.stderr.write(`FAILED: ${error.message}\n`);
  process.exitCode = 1;
}
