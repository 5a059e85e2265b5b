import { encodeBase64url } from "./base64url.js";

export interface HeaderOf {
  typ: string;
  epoch: number;
}

/** Headers, encoded: they are few, the same for all that is signed in an epoch, and cost as much as the MAC. */
export class KeptHeaders {
  private readonly kept = new Map<string, string>();

  constructor(private readonly write: (of: HeaderOf) => object) {}

  of({ typ, epoch }: HeaderOf): string {
    const key = `${epoch} ${typ}`;
    const known = this.kept.get(key);
    if (known !== undefined) return known;
    // Epochs pass; those of tests come by the thousand.
    if (this.kept.size >= 100) this.kept.clear();
    const header = encodeBase64url(JSON.stringify(this.write({ typ, epoch })));
    this.kept.set(key, header);
    return header;
  }
}
