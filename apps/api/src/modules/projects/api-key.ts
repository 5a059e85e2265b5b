import { createHash } from "node:crypto";
import { newSecret } from "../../platform/ids.js";

const API_KEY_PREFIX = "SP_";
const API_KEY_BYTES = 32;
/** Also the form of keys that clients brought from elsewhere have: the prefix, then letters and digits. */
const API_KEY_FORM = /^SP_[A-Za-z0-9_-]{32,128}$/;

/** A fresh API key: 256 random bits, so that its plain SHA-256 is safe to keep. */
export function createApiKey() {
  const apiKeyPlain = `${API_KEY_PREFIX}${newSecret(API_KEY_BYTES)}`;
  return {
    apiKeyPlain,
    keyHash: hashApiKey(apiKeyPlain),
    prefix: apiKeyPlain.slice(0, API_KEY_PREFIX.length + 4),
    lastFour: apiKeyPlain.slice(-4),
  };
}

export const isApiKeyForm = (text: string): boolean => API_KEY_FORM.test(text);

export const hashApiKey = (apiKeyPlain: string): Buffer => createHash("sha256").update(apiKeyPlain).digest();
