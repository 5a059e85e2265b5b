// Loaded into each server process before anything else (`node --import`). It shifts that process's clock by
// the milliseconds that CHAOS_CLOCK_FILE holds, and replaces text of the built product
// as CHAOS_MUTATIONS says: `[{ "file": "apps/...", "from": "...", "to": "..." }]`, each exactly once.
import { readFileSync, watchFile } from "node:fs";
import { registerHooks } from "node:module";

const { CHAOS_CLOCK_FILE: clockFile, CHAOS_MUTATIONS: mutationsText } = process.env;

if (clockFile) {
  const RealDate = Date;
  let offsetMs = 0;
  const now = () => RealDate.now() + offsetMs;
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, args, newTarget) =>
      Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
    apply: () => new RealDate(now()).toString(),
    get: (target, name, receiver) => (name === "now" ? now : Reflect.get(target, name, receiver)),
  });
  watchFile(clockFile, { interval: 200, persistent: false }, () => {
    offsetMs = Number(readFileSync(clockFile, "utf8"));
  });
}

const mutations = JSON.parse(mutationsText || "[]");
if (mutations.length > 0)
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      const wanted = mutations.filter(({ file }) => url.endsWith(`/${file}`));
      if (wanted.length === 0) return loaded;
      let source = readFileSync(new URL(url), "utf8");
      for (const { file, from, to } of wanted) {
        if (source.split(from).length !== 2)
          throw new Error(`The mutation of ${file} does not match exactly once`);
        source = source.replace(from, () => to);
        process.stderr.write(`mutated ${file}\n`);
      }
      return { ...loaded, source };
    },
  });
