import { hash } from "node:crypto";

/**
 * What is kept of a subject to recognise it again: the first four bytes of the SHA-256 of its UTF-8,
 * as a signed big-endian integer, which fits PostgreSQL's `integer`. SHA-256, because PostgreSQL can
 * compute it too (`('x' || left(encode(sha256(convert_to(subject, 'UTF8')), 'hex'), 8))::bit(32)::int`),
 * so kept subjects can be hashed where they lie. Two subjects with one hash cost a line left unused.
 */
export function subjectHash(subject: string): number {
  return Number.parseInt(hash("sha256", subject).slice(0, 8), 16) | 0;
}
