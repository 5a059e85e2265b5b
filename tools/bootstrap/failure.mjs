/** Something that the person at the keyboard can put right; the message says how. */
export class BootstrapFailure extends Error {}

const causes = [
  [/ENOSPC|no space left on device/i, "The disk is full. Free about 2 GB, then run the command again."],
  [
    /EACCES|EPERM|EROFS|permission denied/i,
    "This user may not write here. Give the folder to the user who runs npm (or clone again as that user); do not mix root and non-root runs.",
  ],
  [
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|network/i,
    "The package registry cannot be reached. Check the network, or your proxy (HTTPS_PROXY, npm config), then run the command again; what was already downloaded is kept.",
  ],
  [
    /CERT|certificate/i,
    "A TLS certificate was not accepted. Behind a company proxy, point NODE_EXTRA_CA_CERTS to its certificate.",
  ],
  [/EUSAGE|not in sync|Missing: /i, "package-lock.json does not fit package.json. Restore both with git."],
  [
    /ETARGET|E404/,
    "A pinned version is not offered by the package registry in use. Check the registry in your npm config.",
  ],
];

/** Turns npm's output into one sentence with the way out, followed by npm's own last words. */
export function explainNpmFailure(what, output) {
  const found = causes.find(([pattern]) => pattern.test(output));
  const tail = output.trim().split("\n").slice(-15).join("\n");
  const advice = found ? found[1] : "npm's own message is below.";
  return new BootstrapFailure(`${what} failed. ${advice}\n\n${tail}`);
}
