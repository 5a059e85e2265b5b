import sodium from "libsodium-wrappers";
import { z } from "zod";
import type { GitHubApi } from "./github-api.js";
import type { Repository } from "./repository.js";

const publicKeySchema = z.object({ key_id: z.string(), key: z.string() });

/**
 * Puts Actions secrets into a repository, each sealed with its public key (libsodium sealed box).
 * Source: GitHub docs, "Encrypting secrets for the REST API".
 */
export async function putSecrets(
  github: GitHubApi,
  repository: Repository,
  secretsPlain: Readonly<Record<string, string>>,
): Promise<void> {
  await sodium.ready;
  const path = `/repos/${repository.fullName}/actions/secrets`;
  const publicKey = await github.get(publicKeySchema, `${path}/public-key`);
  const key = sodium.from_base64(publicKey.key, sodium.base64_variants.ORIGINAL);
  for (const [name, plain] of Object.entries(secretsPlain)) {
    const sealed = sodium.crypto_box_seal(sodium.from_string(plain), key);
    await github.call("PUT", `${path}/${name}`, {
      encrypted_value: sodium.to_base64(sealed, sodium.base64_variants.ORIGINAL),
      key_id: publicKey.key_id,
    });
  }
}
