import type { UpdateParams } from "@pulsekeep/contracts/worker-protocol";
import {
  type ReleaseManifest,
  readReleaseManifest,
  readReleaseRoot,
  sha256,
  verifyRelease,
} from "@pulsekeep/signing";
import { fetchRelease } from "../fetch-release.js";
import { getText } from "../github-json.js";
import { isMarker, MARKER_PATH } from "../marker.js";
import { fail, refuse } from "../run-fault.js";
import { WORKER_VERSION } from "../version.js";
import { alreadyDone, done, type EffectContext, type EffectResult } from "./effect.js";
import { getRepository, repositoryPath } from "./get-repository.js";
import { readTextFile } from "./read-text-file.js";
import { getHead, moveBranch, writeCommit } from "./write-commit.js";

const AUTHOR = {
  name: "github-actions[bot]",
  email: "41898282+github-actions[bot]@users.noreply.github.com",
};

/**
 * Replaces the worker's own file by a release that the release key vouches for: one file, one commit that the user
 * sees. Nothing of the server is believed. With the policy `ask` the commit waits on a branch of its own until the
 * user merges it.
 */
export async function update(context: EffectContext, params: UpdateParams): Promise<EffectResult> {
  const { github, allow, config } = context;
  // What runs on its user's own machine does not run from this file.
  if (!config.oidc) refuse("unsupported_kind", "a resident worker is updated on its own machine");
  const { repository } = config;
  const [owner = "", repo = ""] = repository.split("/");
  const branch = getText(await getRepository(context, repository), "default_branch");
  const git = `${repositoryPath(repository)}/git`;
  const head = await getHead(context, git, branch);
  const installed = await readTextFile(context, { owner, repo, path: MARKER_PATH, head });
  if (hash(installed) === readReleaseManifest(params.manifest.text)?.sha256) return alreadyDone();
  const manifest = getRelease(context, params);
  const sha = await writeCommit(context, {
    git,
    head,
    path: MARKER_PATH,
    content: await getSource(context, manifest),
    message: `Update the worker to ${manifest.version}`,
    person: { ...AUTHOR, date: `${context.around.now().toISOString().slice(0, 19)}Z` },
  });
  if (allow.updates === "auto") {
    // Overtaken, or nobody knows: the next try finds the file, or has another parent.
    const moved = await moveBranch(context, { git, branch, sha });
    if (moved.kind !== "ok") fail("branch_moved", "the branch moved meanwhile");
  } else {
    const ref = `refs/heads/keepstreak-update/${manifest.version}-${manifest.sha256.slice(0, 12)}`;
    context.requireFresh();
    const made = await github({ method: "POST", path: `${git}/refs`, body: { ref, sha }, once: true });
    if (made.kind === "conflict") return alreadyDone();
    if (made.kind !== "ok") fail("github_unavailable", "the update's branch could not be made");
  }
  return done(sha);
}

function getRelease({ config, around }: EffectContext, { manifest, roots }: UpdateParams): ReleaseManifest {
  const trusted = readReleaseRoot(config.releaseRoot ?? "");
  if (trusted === undefined) return refuseRelease("this build trusts no release key");
  const verified = verifyRelease({
    trusted,
    roots,
    manifest,
    installedVersion: WORKER_VERSION,
    now: around.now(),
  });
  return verified.ok ? verified.manifest : refuseRelease(verified.reason);
}

async function getSource(context: EffectContext, manifest: ReleaseManifest): Promise<string> {
  const bytes = await fetchRelease(context, manifest);
  if (bytes?.length !== manifest.length) return refuseRelease("another length");
  const source = Buffer.from(bytes).toString();
  // The text is hashed as well: bytes that are no text would be written as others.
  if (hash(bytes) !== manifest.sha256 || hash(source) !== manifest.sha256)
    return refuseRelease("another hash");
  return isMarker(source) ? source : refuseRelease("no worker");
}

function refuseRelease(why: string): never {
  return refuse("release_refused", `the release is refused: ${why}`);
}

function hash(data: string | Uint8Array): string {
  return sha256(data).toString("hex");
}
