import path from "node:path";

// What npm's user may have set on purpose; everything else that starts with npm_ describes the outer npm run
// and would mislead a nested one (its folder, its script, its arguments).
const keptNpmSettings =
  /^npm_config_(registry|cache|userconfig|globalconfig|(https?_)?proxy|noproxy|cafile|ca|strict_ssl)$/i;

/** The environment without the traces of the npm run that started us. */
export function withoutOuterNpm(env) {
  const kept = Object.entries(env).filter(([name]) => !/^npm_/i.test(name) || keptNpmSettings.test(name));
  return Object.fromEntries(kept);
}

/** The environment of a command: its Node first on the PATH, then the packages' own programs. */
export function commandEnvironment(env, root, binFolder) {
  const folders = [binFolder, path.join(root, "node_modules", ".bin"), env.PATH ?? ""];
  return {
    ...withoutOuterNpm(env),
    PATH: folders.join(path.delimiter),
    TURBO_TELEMETRY_DISABLED: "1",
    NEXT_TELEMETRY_DISABLED: "1",
  };
}
