import { randomBytes } from "node:crypto";
import { renameSync, writeFileSync } from "node:fs";
import type { Env } from "../../env.js";

/** The same ring with a fresh key that wraps from now on; the former keys stay, to open what they wrapped. */
export function withNewKey(ring: Env["PULSEKEEP_KEYRING"], now: Date): Env["PULSEKEEP_KEYRING"] {
  const id = `k${now.toISOString().slice(0, 10).replaceAll("-", "")}-${randomBytes(3).toString("hex")}`;
  return { currentId: id, keys: { ...ring.keys, [id]: randomBytes(32).toString("base64url") } };
}

/** All or nothing: half a ring would lose every data key. */
export function replaceKeyringFile(file: string, ring: Env["PULSEKEEP_KEYRING"]): void {
  const draft = `${file}.new`;
  writeFileSync(draft, `${JSON.stringify(ring)}\n`, { mode: 0o600, flag: "wx", flush: true });
  renameSync(draft, file);
}
