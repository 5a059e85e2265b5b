import { existsSync } from "node:fs";
import { cp, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { BuildFailure } from "./build-failure.ts";

/** Where the standalone web server is started from. */
export function webServerFile(root: string): string {
  return path.join(root, "apps/web/.next/standalone/apps/web/server.js");
}

/** Next leaves static files and `public` out of its standalone folder; its server only serves them from there. */
export async function placeWebAssets(root: string): Promise<void> {
  const web = path.join(root, "apps/web");
  const server = path.dirname(webServerFile(root));
  if (!existsSync(webServerFile(root))) {
    throw new BuildFailure(
      `The web app's build left no ${webServerFile(root)}; next.config needs output: "standalone".`,
    );
  }
  const marker = path.join(server, ".assets-of");
  const buildId = await readFile(path.join(web, ".next/BUILD_ID"), "utf8");
  // Only after a new build: another instance may be serving these files at the moment.
  if ((await readFile(marker, "utf8").catch(() => "")) === buildId) return;
  for (const [from, to] of [
    [".next/static", ".next/static"],
    ["public", "public"],
  ] as const) {
    await rm(path.join(server, to), { recursive: true, force: true });
    if (existsSync(path.join(web, from)))
      await cp(path.join(web, from), path.join(server, to), { recursive: true });
  }
  await writeFile(marker, buildId);
}
