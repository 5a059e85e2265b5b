// Bundles the script that users get into one readable file: `node bundle.mjs [outfile] [release-root]`.
// The release root names the keys that its updates are signed with (docs/releases.md).
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const { version } = JSON.parse(readFileSync(here("package.json"), "utf8"));

const rootFile = process.argv[3] ?? here("release/root.json");
const releaseRoot = existsSync(rootFile) ? readFileSync(rootFile, "utf8").trim() : "";

const banner = `// KeepStreak worker ${version}
//
// Runs in your own repository with your runner's own short-lived token: asks your KeepStreak server for signed
// instructions, does what your allow.json allows and nothing else, and reports. One file, not minified: read it.
//
// Copyright the PulseKeep authors. Licensed under the Apache License, Version 2.0, without warranties:
// http://www.apache.org/licenses/LICENSE-2.0
`;

const outfile = process.argv[2] ?? here("dist/worker.mjs");

await build({
  // The paths in the comments of the output are relative to it: the same file wherever it is built from.
  absWorkingDir: here("../.."),
  entryPoints: [here("src/main.ts")],
  outfile,
  banner: { js: banner },
  bundle: true,
  charset: "utf8",
  conditions: ["source"],
  define: { KEEPSTREAK_RELEASE_ROOT: JSON.stringify(releaseRoot) },
  format: "esm",
  logLevel: "warning",
  platform: "node",
  target: "node20",
  treeShaking: true,
});

// Not minified, but lean: tabs, and no marks for a bundler that comes after this one. No text in it spans lines.
const source = readFileSync(outfile, "utf8")
  .replaceAll(/^(?: {2})+/gm, (spaces) => "\t".repeat(spaces.length / 2))
  .replaceAll("/* @__PURE__ */ ", "")
  .replaceAll("return void 0;", "return;")
  .replaceAll(/^\/\/ packages\/.+\n\n(?=\/\/)/gm, "")
  .replaceAll(/^\/\/ packages\/(\w+)\/src\/(.+)\.ts$/gm, "// $1/$2")
  .replaceAll(/(?<=[\w)\]])\["([a-zA-Z_]\w*)"\]/g, ".$1")
  .replaceAll(/\?\.\["([a-zA-Z_]\w*)"\]/g, "?.$1")
  .replaceAll(/\n\treturn;(?=\n\})/g, "");
writeFileSync(outfile, withImportsFirst(source));

/** Says once, at the top, what is taken of Node, and nothing that is not used. */
function withImportsFirst(text) {
  const IMPORT = /^import \{ (.+) \} from "(.+)";\n/gm;
  const taken = new Map();
  for (const [, names, from] of text.matchAll(IMPORT))
    taken.set(from, [...(taken.get(from) ?? []), ...names.split(", ")]);
  const rest = text.replaceAll(IMPORT, "");
  const isUsed = (name) => new RegExp(`\\b${name.split(" as ").at(-1)}\\b`).test(rest);
  const imports = [...taken].map(
    ([from, names]) => `import { ${names.filter(isUsed).sort().join(", ")} } from "${from}";\n`,
  );
  return rest
    .replaceAll(/^\/\/ [\w/-]+\n+(?=\/\/ [\w/-]+\n)/gm, "")
    .replace(/\n\n+/, `\n\n${imports.join("")}\n`);
}
