import { parseArgs } from "node:util";
import { type OAuthAppOptions, startStandIn } from "./index.js";

const environment = process.env;
const { values } = parseArgs({
  options: {
    port: { type: "string", default: environment["STAND_IN_PORT"] ?? "4100" },
    data: { type: "string", default: environment["STAND_IN_DATA_DIR"] ?? "./data/github" },
    "time-scale": { type: "string", default: environment["STAND_IN_TIME_SCALE"] ?? "1" },
  },
});

try {
  const standIn = await startStandIn({
    dataDir: values.data,
    port: wholeNumber("port", values.port),
    apps: [
      readApp("LOGIN", "PulseKeep sign-in", "http://localhost:3000/api/auth/callback/github"),
      readApp("PROVISIONING", "PulseKeep worker set-up", "http://localhost:3000/"),
    ],
    runner: { timeScale: positive("time-scale", values["time-scale"]) },
    issuedTokensFile: environment["STAND_IN_ISSUED_TOKENS_FILE"],
  });
  let closing = false;
  const stop = (): void => {
    if (closing) return;
    closing = true;
    void standIn.close().then(() => process.exit(0));
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  process.stdout.write(
    `GitHub stand-in ready at ${standIn.url} (REST ${standIn.apiUrl}, data ${values.data})\n`,
  );
} catch (error) {
  process.stderr.write(`GitHub stand-in: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}

/** `STAND_IN_<NAME>_CLIENT_ID`, `_CLIENT_SECRET`, `_CALLBACK_URLS` (comma list). */
function readApp(name: string, label: string, callbackUrl: string): OAuthAppOptions {
  const read = (suffix: string): string | undefined => environment[`STAND_IN_${name}_${suffix}`];
  const clientId = read("CLIENT_ID");
  const clientSecret = read("CLIENT_SECRET");
  if (!clientId || !clientSecret)
    throw new Error(`STAND_IN_${name}_CLIENT_ID and STAND_IN_${name}_CLIENT_SECRET must be set`);
  const callbackUrls = (read("CALLBACK_URLS") ?? callbackUrl).split(",").map((url) => url.trim());
  return { clientId, clientSecret, name: label, callbackUrls };
}

function wholeNumber(name: string, value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 0 || number > 65_535)
    throw new Error(`${name} must be a port number, not ${value}`);
  return number;
}

function positive(name: string, value: string): number {
  const number = Number(value);
  if (!(number > 0)) throw new Error(`${name} must be a number above 0, not ${value}`);
  return number;
}
