export { decodeBase64url, encodeBase64url } from "./base64url.js";
export { sha256 } from "./digest.js";
export { acceptedEpochs, EPOCH_SECONDS, epochAt } from "./epochs.js";
export { lengthPrefixed } from "./length-prefixed.js";
export {
  bodyHash,
  PROOF_HEADER,
  type ProofRefusal,
  type ProvenRequest,
  readUnverifiedProof,
  signProof,
  type VerifiedProof,
  verifyProof,
} from "./request-proof.js";
export {
  type ProvenResponse,
  RESPONSE_HEADER,
  type ResponseRefusal,
  signResponse,
  type VerifiedResponse,
  verifyResponse,
} from "./response-proof.js";
export { runnerAudience } from "./runner-audience.js";
export {
  canonicalPath,
  SCRAPE_NONCE_TTL_SECONDS,
  type ScrapeHeaders,
  type ScrapeRefusal,
  type VerifiedScrape,
} from "./scrape-headers.js";
export { signScrapeV2, verifyScrapeV2 } from "./scrape-v2.js";
export { offersScrapeV3, SCRAPE_VERSIONS_HEADER, signScrapeV3, verifyScrapeV3 } from "./scrape-v3.js";
export {
  compareSeq,
  isSignalExpired,
  type OpenedSignal,
  openSignal,
  SIGNAL_MAX_TTL_SECONDS,
  type Signal,
  type SignalRefusal,
  sealSignal,
} from "./signal.js";
export { isPlainObject, type JsonRefusal, parseStrictJson, type StrictJson } from "./strict-json.js";
export {
  hedgedIv,
  type OpenedValue,
  openValue,
  readSealKeyId,
  type SealedPlace,
  type SealRefusal,
  sealValue,
  unwrapKey,
  wrapKey,
} from "./vault-cipher.js";
export {
  deriveAcceptedKeys,
  deriveWorkerKeys,
  type FindWorkerKeys,
  HANDSHAKE_SECRET_BYTES,
  type WorkerKeys,
} from "./worker-keys.js";
export { isSignedBy, type SignedText, signText } from "./release/ed25519.js";
export {
  compareVersions,
  type ReleaseManifest,
  type ReleaseRefusal,
  readReleaseManifest,
  type VerifiedRelease,
  verifyRelease,
  writeReleaseManifest,
} from "./release/release-manifest.js";
export {
  followRoots,
  type ReleaseRoot,
  type RootRefusal,
  readReleaseRoot,
  writeReleaseRoot,
} from "./release/release-root.js";
