import path from "node:path";
import { CliFailure } from "../command-line/cli-failure.js";
import { type Command, findText, type OptionValues, type Request } from "../command-line/command.js";
import { getServerOrigin, SERVER_OPTION } from "../server-address.js";
import type { Terminal } from "../terminal/terminal.js";
import { describeReport } from "./describe-report.js";
import { exportSource, provenEntriesOf } from "./audit-export.js";
import { type GivenFiles, readGivenFiles } from "./given-files.js";
import { httpLogSource } from "./http-log-source.js";
import { findKeptLog, keepLog } from "./kept-log.js";
import type { LogSource } from "./log-source.js";
import { verifyLog } from "./verify-log.js";

const DEFAULT_NEWEST = 100;

export const auditVerify: Command = {
  words: ["audit", "verify"],
  summary: "Verify the audit log: signed, unbroken, and the continuation of the one that you saw before.",
  description: [
    "Reads checkpoints, keys, leaf hashes and consistency proofs from the server's public API, or an exported file, and computes everything again here: signatures (Ed25519), that each checkpoint continues the one before, that the leaves give the signed roots, and that exported entries stand in the log.",
    "FILE is an export of your entries (from the audit page, or from your worker's repository if you switched that on), or a checkpoint that was kept elsewhere; any number of them. The server's log has to continue their checkpoints too, and your entries have to stand in it as you kept them.",
    "One export without --server is verified for itself: that its entries stand in the log that it names, signed by the keys that it names. Name the key that you know with --key.",
    "The newest checkpoint and its keys are kept in a state file. The next time the log has to continue them: a server cannot show you another past. Run it regularly, on a machine that the server's operator does not control.",
    "The first time the published keys are taken as they are; name the ones that you know with --key.",
  ],
  operands: "[FILE...]",
  options: {
    server: SERVER_OPTION,
    key: { value: "KEY", help: "a public key that you trust, as name+id+base64; others are not believed" },
    state: {
      value: "FILE",
      help: "what is kept between runs; default ~/.local/state/pulsekeep/audit-<host>.json",
    },
    newest: {
      value: "N",
      help: `how many checkpoints to read, from the newest back; default ${DEFAULT_NEWEST}`,
    },
    all: { help: "read every checkpoint that was ever made" },
    "skip-leaves": { help: "check signatures and proofs only, without computing the roots again" },
  },
  exits: {
    0: "everything that was looked at is as it should be",
    1: "the log was tampered with, or is not the one that you saw before",
    2: "nothing was verified: server or file cannot be read, or the command line is wrong",
  },
  examples: [
    "pulsekeep audit verify --server https://pulsekeep.example.com",
    "pulsekeep audit verify --server https://pulsekeep.example.com pulse/audit-checkpoint.txt pulse/audit/*.json",
    "pulsekeep audit verify audit-export.json --json",
  ],
  run: verify,
};

async function verify({ options, operands, json }: Request, terminal: Terminal): Promise<number> {
  const given = await readGivenFiles(operands.map((file) => path.resolve(terminal.cwd, file)));
  const alone = findLoneExport(given, options);
  const server = alone === undefined ? getServerOrigin(options, terminal) : undefined;
  const source =
    alone ??
    httpLogSource({
      server: server ?? "",
      newest: newestOf(options),
      readsLeaves: options["skip-leaves"] !== true,
      terminal,
    });
  const stateFile = statePath(options, terminal, server);
  const kept = stateFile === undefined ? undefined : await findKeptLog(stateFile);
  const key = findText(options, "key");
  const pinned = key === undefined ? [] : [key];
  const { keep, ...report } = await verifyLog({
    source,
    kept,
    pinned,
    witnesses: [
      ...given.checkpoints,
      ...(alone === undefined ? given.exports.map(({ exported }) => exported.checkpoint) : []),
    ],
    entries: alone === undefined ? given.exports.flatMap(({ exported }) => provenEntriesOf(exported)) : [],
    now: terminal.now(),
  });
  if (report.newest === null && report.findings.length === 0) {
    throw new CliFailure("no_checkpoint", `${source.name} has no checkpoint; nothing was verified.`, {
      hint: "A new server makes its first one within a minute after its first audit entry.",
      exitCode: 2,
    });
  }
  if (keep && stateFile !== undefined) await keepLog(stateFile, keep);
  const verified = report.findings.length === 0;
  if (json)
    terminal.print(
      JSON.stringify({ verified, source: source.name, stateFile: stateFile ?? null, ...report }),
    );
  else {
    const firstTime = kept === undefined && key === undefined;
    for (const line of describeReport(report, {
      source: source.name,
      firstTime,
      isKept: stateFile !== undefined,
      paint: terminal.paint,
    }))
      terminal.print(line);
  }
  return verified ? 0 : 1;
}

/** One export, and nothing to hold it against. */
function findLoneExport(given: GivenFiles, options: OptionValues): LogSource | undefined {
  const [only, ...others] = given.exports;
  const isAlone = others.length === 0 && given.checkpoints.length === 0;
  if (only === undefined || !isAlone || findText(options, "server") !== undefined) return undefined;
  return exportSource(only.file, only.exported);
}

function newestOf(options: OptionValues): number {
  if (options["all"] === true) return Number.MAX_SAFE_INTEGER;
  const text = findText(options, "newest") ?? String(DEFAULT_NEWEST);
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new CliFailure("wrong_option", "--newest is a whole number from 1 on.", { exitCode: 2 });
}

/** A file has state only when one is named: nothing says which server it belongs to. */
function statePath(
  options: OptionValues,
  terminal: Terminal,
  server: string | undefined,
): string | undefined {
  const named = findText(options, "state");
  if (named !== undefined) return path.resolve(terminal.cwd, named);
  if (server === undefined) return undefined;
  const folder = terminal.env["XDG_STATE_HOME"] || path.join(terminal.home, ".local", "state");
  return path.join(folder, "pulsekeep", `audit-${new URL(server).host.replace(/[^A-Za-z0-9.-]/g, "_")}.json`);
}
