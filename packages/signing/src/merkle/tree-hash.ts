import { concatBytes } from "./bytes.js";

/** SHA-256, given by the caller: the server has a synchronous one, browsers have WebCrypto's. */
export type Sha256 = (data: Uint8Array<ArrayBuffer>) => Uint8Array | Promise<Uint8Array>;

export const HASH_BYTES = 32;

const LEAF = Uint8Array.of(0x00);
const NODE = Uint8Array.of(0x01);

/** Hash of a leaf's data (RFC 9162, 2.1.1). The prefix keeps a node from passing for a leaf. */
export async function hashLeaf(data: Uint8Array, sha256: Sha256): Promise<Uint8Array> {
  return sha256(concatBytes(LEAF, data));
}

/** Hash of a node over its two children (RFC 9162, 2.1.1). */
export async function hashNode(left: Uint8Array, right: Uint8Array, sha256: Sha256): Promise<Uint8Array> {
  return sha256(concatBytes(NODE, left, right));
}

/** Root of the tree without leaves: SHA-256 of nothing. */
export async function hashEmpty(sha256: Sha256): Promise<Uint8Array> {
  return sha256(new Uint8Array());
}
