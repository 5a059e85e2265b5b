import { parseArgs } from "node:util";
import { startSampleApp } from "./start-sample-app.js";

const { values } = parseArgs({
  options: {
    version: { type: "string", default: "v1.4.0" },
    port: { type: "string", default: "4200" },
    /** Seconds that the metrics look back. */
    window: { type: "string", default: "60" },
    /** Memory that counts as all of it. */
    "memory-mb": { type: "string", default: "1024" },
  },
});

const app = await startSampleApp({
  version: values.version,
  port: Number(values.port),
  windowSeconds: Number(values.window),
  memoryLimitBytes: Number(values["memory-mb"]) * 1_048_576,
  hmacSecret: process.env.SEQPULSE_HMAC_SECRET || undefined,
});
console.log(`listening on ${app.url}`);

for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => {
    void app.close().then(() => process.exit(0));
  });
// Started by a deployment: never outlive it.
process.once("disconnect", () => process.exit(0));
