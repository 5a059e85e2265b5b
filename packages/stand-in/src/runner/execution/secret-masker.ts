/**
 * Replaces registered values by `***` in everything that is logged.
 * https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#masking-a-value-in-a-log
 */
export class SecretMasker {
  private values: readonly string[] = [];

  /** Length of the longest value, so that a cut of the text never leaves the first half of one behind. */
  get longest(): number {
    return this.values[0]?.length ?? 0;
  }

  /** Each line of a secret is masked too, and the usual encodings of the whole. */
  add(secret: string): void {
    if (secret.trim() === "") return;
    const lines = secret.split(/\r?\n/).map((line) => line.trim());
    const found = new Set([...this.values, secret, secret.trim(), ...lines, ...encodingsOf(secret)]);
    found.delete("");
    this.values = [...found].sort((a, b) => b.length - a.length);
  }

  /** `keep` cuts the masked text where the original's `keep`th character was. */
  mask(text: string, keep = text.length): string {
    let masked = "";
    let at = 0;
    for (const [from, to] of this.findSpans(text)) {
      if (from >= keep) break;
      masked += `${text.slice(at, from)}***`;
      at = to;
    }
    return masked + text.slice(at, Math.max(at, keep));
  }

  /** Overlapping finds are merged, so that the rest of a longer one does not stay readable. */
  private findSpans(text: string): readonly (readonly [number, number])[] {
    const found: [number, number][] = [];
    for (const value of this.values) {
      for (let at = text.indexOf(value); at >= 0; at = text.indexOf(value, at + 1)) {
        found.push([at, at + value.length]);
      }
    }
    found.sort((a, b) => a[0] - b[0]);
    const merged: [number, number][] = [];
    for (const [from, to] of found) {
      const last = merged.at(-1);
      if (last !== undefined && from < last[1]) last[1] = Math.max(last[1], to);
      else merged.push([from, to]);
    }
    return merged;
  }
}

const SHORTEST_ENCODED = 8;

/** base64 of the value at each of the three offsets it can have inside a longer text, JSON and URL escapes. */
function encodingsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  const base64 = [0, 1, 2].map((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString("base64");
    const whole = Math.floor((offset + bytes.length) / 3) * 4;
    return text.slice(offset === 0 ? 0 : offset + 1, whole);
  });
  const url = encodeURIComponent(Buffer.from(secret).toString());
  const encoded = [...base64, bytes.toString("base64"), JSON.stringify(secret).slice(1, -1), url];
  return encoded.filter((text) => text.length >= SHORTEST_ENCODED);
}
