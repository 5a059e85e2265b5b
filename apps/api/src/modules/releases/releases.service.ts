import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { Inject, Injectable } from "@nestjs/common";
import { type UpdateParams, updateParamsSchema } from "@pulsekeep/contracts/worker-protocol";
import { compareVersions, type ReleaseManifest, readReleaseManifest } from "@pulsekeep/signing";
import { ENV, type Env } from "../../env.js";
import { AppError } from "../../http/app-error.js";
import { LOGGER, type Logger } from "../../platform/logger.js";

/** A signed release as its folder holds it. The server vouches for nothing in it: workers check it themselves. */
export type SignedRelease = { manifest: ReleaseManifest; params: UpdateParams; source: Buffer };

const VERSION = /^\d{1,6}\.\d{1,6}\.\d{1,6}$/;

/** Releases of the worker that were signed elsewhere and put below the data folder. */
@Injectable()
export class ReleasesService {
  private readonly folder: string;

  constructor(
    @Inject(ENV) env: Env,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.folder = path.join(env.PULSEKEEP_DATA_DIR, "releases");
  }

  /** @throws AppError `not_found` */
  async getRelease(version: string): Promise<SignedRelease> {
    const release = VERSION.test(version) ? await this.findRelease(version) : undefined;
    if (!release) throw new AppError("not_found");
    return release;
  }

  /** The one that workers should have: of the newest keys, and of those the highest version. */
  async findNewest(): Promise<SignedRelease | undefined> {
    const names = await readdir(this.folder).catch(() => []);
    const releases = await Promise.all(
      names.filter((name) => VERSION.test(name)).map((it) => this.findRelease(it)),
    );
    return releases
      .filter((it) => it !== undefined)
      .toSorted(
        (a, b) =>
          b.manifest.root - a.manifest.root || compareVersions(b.manifest.version, a.manifest.version),
      )[0];
  }

  /** What every worker would refuse is not handed out, and named in the log. */
  private async findRelease(version: string): Promise<SignedRelease | undefined> {
    try {
      const folder = path.join(this.folder, version);
      const source = await readFile(path.join(folder, "worker.mjs"));
      const release = JSON.parse(await readFile(path.join(folder, "release.json"), "utf8")) as unknown;
      const params = updateParamsSchema.parse(release);
      const manifest = readReleaseManifest(params.manifest.text);
      const sha256 = createHash("sha256").update(source).digest("hex");
      if (manifest?.version === version && manifest.sha256 === sha256) return { manifest, params, source };
      this.logger.error({ version }, "a release's file is not the one that was signed");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT")
        this.logger.error({ err: error, version }, "a release cannot be read");
    }
    return undefined;
  }
}
