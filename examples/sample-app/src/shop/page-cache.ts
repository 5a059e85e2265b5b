import { promisify } from "node:util";
import { brotliCompress } from "node:zlib";

const compress = promisify(brotliCompress);

/** On average; spread by half of it, so that pages do not all run out at once. */
const KEPT_FOR_MS = 20_000;

type Page = { body: string; compressed: Promise<Buffer>; untilMs: number };

/** Pages as they go over the wire. Compressing well takes milliseconds, so a shop that has just started is slow. */
export class PageCache {
  private readonly pages = new Map<string, Page>();

  /** The page at an address, compressed once for all who ask for it. */
  async compressed(address: string, body: string): Promise<Buffer> {
    const nowMs = performance.now();
    const kept = this.pages.get(address);
    if (kept && kept.body === body && nowMs < kept.untilMs) return kept.compressed;
    const page = {
      body,
      compressed: compress(body),
      untilMs: nowMs + KEPT_FOR_MS * (0.75 + Math.random() / 2),
    };
    this.pages.set(address, page);
    return page.compressed;
  }
}
