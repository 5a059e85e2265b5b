/** Remembers nonces for as long as their requests would be accepted again. */
export class NonceMemory {
  private readonly expiresAtMs = new Map<string, number>();

  /** False when the nonce is known already. */
  store(nonce: string, ttlSeconds: number, nowMs: number): boolean {
    for (const [known, expiresAtMs] of this.expiresAtMs) {
      if (expiresAtMs > nowMs) break;
      this.expiresAtMs.delete(known);
    }
    if (this.expiresAtMs.has(nonce)) return false;
    this.expiresAtMs.set(nonce, nowMs + ttlSeconds * 1_000);
    return true;
  }
}
