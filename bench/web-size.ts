import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { runInNewContext } from "node:vm";
import { gzipSync } from "node:zlib";
import { printLine } from "./lines.ts";

const build = path.resolve(import.meta.dirname, "../apps/web/.next");

/** Bytes; 1 kB is 1000. Pages without a limit of their own are lists or forms. */
const LIMITS: Readonly<Record<string, number>> = {
  "/": 110_000,
  "/sign-in": 130_000,
  "/sign-up": 130_000,
  "/app/deployments/[id]": 200_000,
};
const LIST_LIMIT = 180_000;

interface ClientManifest {
  entryJSFiles: Record<string, string[]>;
}

const sizes = new Map<string, number>();

function gzipBytes(file: string): number {
  const known = sizes.get(file);
  if (known !== undefined) return known;
  const size = gzipSync(readFileSync(path.join(build, file))).length;
  sizes.set(file, size);
  return size;
}

const sum = (files: Iterable<string>): number =>
  [...files].reduce((total, file) => total + gzipBytes(file), 0);

/** The manifests are scripts that write one object; they run in a context that has nothing else. */
function readManifest(file: string): Array<[string, ClientManifest]> {
  const context: { __RSC_MANIFEST?: Record<string, ClientManifest> } = {};
  runInNewContext(readFileSync(file, "utf8"), Object.assign(context, { globalThis: context }));
  return Object.entries(context.__RSC_MANIFEST ?? {});
}

/** `/app/(public)/sign-in/page` is the page `/sign-in`. */
const toAddress = (entry: string): string =>
  entry.replace(/\/page$/, "").replaceAll(/\/\([^)]*\)/g, "") || "/";

/**
 * JavaScript on first load per page, compressed as gzip does it, read from the web app's build output: one line
 * for the framework, which every page loads, then one per page with the limit that it has to keep.
 */
export async function benchWebSize(): Promise<void> {
  const { rootMainFiles, polyfillFiles } = JSON.parse(
    readFileSync(path.join(build, "build-manifest.json"), "utf8"),
  ) as { rootMainFiles: string[]; polyfillFiles: string[] };
  const frameworkBytes = sum(rootMainFiles);
  // Polyfills are for browsers without modules, which this app does not support: no other browser loads them.
  const polyfillBytes = sum(polyfillFiles);
  print("framework", frameworkBytes, { polyfillBytes });
  const manifests = readdirSync(path.join(build, "server/app"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith("page_client-reference-manifest.js"))
    .flatMap((name) => readManifest(path.join(build, "server/app", name)));
  for (const [entry, { entryJSFiles }] of manifests.sort(([a], [b]) => a.localeCompare(b))) {
    const page = toAddress(entry);
    if (page.startsWith("/_")) continue;
    const bytes = sum(new Set([...rootMainFiles, ...Object.values(entryJSFiles).flat()]));
    print(page, bytes, { ownBytes: bytes - frameworkBytes, limitBytes: LIMITS[page] ?? LIST_LIMIT });
  }
}

const print = (page: string, bytes: number, more: Record<string, number>): void =>
  printLine("web-size", { metric: "first_load_gzip", page, value: bytes, unit: "B", ...more });
