import { createPrivateKey, createPublicKey, hkdfSync, sign } from "node:crypto";
import { Inject, Injectable } from "@nestjs/common";
import { type NoteSigner, noteKeyOf } from "@pulsekeep/signing/merkle/signed-note";
import { ENV, type Env } from "../../env.js";
import { sha256 } from "./log-nodes.js";

const PKCS8_OF_ED25519_SEED = Buffer.from("302e020100300506032b657004220420", "hex");

/**
 * The keys that sign checkpoints: one for each key of the keyring, derived from it. So the keyring's rotation is
 * theirs too, and while the previous key is still in the ring a checkpoint carries both signatures: whoever has
 * kept the old public key follows to the new one without having to believe anybody.
 */
@Injectable()
export class CheckpointSigner {
  /** What the log calls itself in its checkpoints. */
  readonly origin: string;
  private readonly made: Promise<NoteSigner[]>;

  constructor(@Inject(ENV) env: Env) {
    this.origin = `${new URL(env.PULSEKEEP_PUBLIC_URL).host}/audit`;
    const { currentId, keys } = env.PULSEKEEP_KEYRING;
    const ids = [currentId, ...Object.keys(keys).filter((id) => id !== currentId)];
    this.made = Promise.all(
      ids.map((id) => signerFrom(this.origin, Buffer.from(keys[id] ?? "", "base64url"))),
    );
  }

  /** Every key that signs, the current one first. */
  getSigners(): Promise<NoteSigner[]> {
    return this.made;
  }
}

async function signerFrom(origin: string, ringKey: Uint8Array): Promise<NoteSigner> {
  const seed = Buffer.from(hkdfSync("sha256", ringKey, "", "pulsekeep/audit-checkpoint/v1", 32));
  const privateKey = createPrivateKey({
    key: Buffer.concat([PKCS8_OF_ED25519_SEED, seed]),
    format: "der",
    type: "pkcs8",
  });
  const publicKey = createPublicKey(privateKey).export({ format: "der", type: "spki" }).subarray(-32);
  return {
    key: await noteKeyOf(origin, Uint8Array.from(publicKey), sha256),
    sign: (text) => sign(null, text, privateKey),
  };
}
