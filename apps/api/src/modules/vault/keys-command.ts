import { parseArgs } from "node:util";
import { setTimeout } from "node:timers/promises";
import { connect, type Database, type DatabaseRole } from "@pulsekeep/database";
import { type Env, parseEnv } from "../../env.js";
import { AuditService } from "../audit/audit.service.js";
import { auditRenewals } from "./audit-renewals.js";
import { auditRewraps } from "./audit-rewraps.js";
import { type Keyring, openKeyring } from "./keyring.js";
import { registerKeyring } from "./keyring-registry.js";
import { type KeyringStatus, readKeyringStatus } from "./keyring-status.js";
import { replaceKeyringFile, withNewKey } from "./new-keyring.js";
import { type RenewalOutcome, renewDataKeys, daysAgo } from "./renew-data-keys.js";
import { retireUnusedKeys, rewrapBatch } from "./rewrap.js";
import { type VaultReport, verifyVault } from "./verify-vault.js";

const USAGE = `keys status [--json]              which keys there are, how old, and what they wrap
keys rotate [--json] [--batch n]  wrap every data key under the current key, and retire the others
keys rotate --data-keys           the same, and make every data key anew with all that it has sealed
keys rotate --new-key             make a key: into PULSEKEEP_KEYRING_FILE, or a keyring on standard output
keys verify [--json]              open every data key and every sealed value`;

const BUSY_MS = 60_000;

/** 0: all is well; 1: something needs attention; 2: the command was not understood; 78: the environment is not usable. */
export type KeysExitCode = 0 | 1 | 2 | 78;

type Io = { out: (text: string) => void; err: (text: string) => void };
type Context = { env: Env; ring: Keyring; json: boolean; batch: number; dataKeys: boolean; io: Io };

/**
 * `keys status | rotate | verify`, for whoever runs the installation, in the environment of the server. Never
 * writes a key anywhere but where `--new-key` says.
 */
export async function runKeysCommand(
  args: readonly string[],
  source: Record<string, string | undefined>,
  io: Io,
): Promise<KeysExitCode> {
  const parsed = parse(args);
  if (!parsed) {
    io.err(USAGE);
    return 2;
  }
  try {
    const env = parseEnv(source);
    const context = { env, ring: openKeyring(env.PULSEKEEP_KEYRING), io, ...parsed };
    if (parsed.newKey) return offerNewKey(context, source.PULSEKEEP_KEYRING_FILE);
    return await COMMANDS[parsed.command](context);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    io.err(text);
    return text.startsWith("The environment is not usable") ? 78 : 1;
  }
}

function parse(args: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        json: { type: "boolean", default: false },
        "new-key": { type: "boolean", default: false },
        "data-keys": { type: "boolean", default: false },
        batch: { type: "string", default: "100" },
      },
    });
    const [command, ...rest] = positionals;
    const batch = Number(values.batch);
    if (!isCommand(command) || rest.length > 0 || !Number.isInteger(batch) || batch < 1 || batch > 1_000)
      return undefined;
    const { "new-key": newKey, "data-keys": dataKeys } = values;
    if ((newKey || dataKeys) && (command !== "rotate" || (newKey && dataKeys))) return undefined;
    return { command, json: values.json, newKey, dataKeys, batch };
  } catch {
    return undefined;
  }
}

const isCommand = (text: string | undefined): text is keyof typeof COMMANDS =>
  text !== undefined && Object.hasOwn(COMMANDS, text);

const COMMANDS = { status, rotate, verify };

async function status(context: Context): Promise<KeysExitCode> {
  const found = await withDatabase(context.env, "pulsekeep_engine", (db) =>
    readKeyringStatus(db, context.ring, scheduleOf(context.env)),
  );
  print(context, found, () => describeStatus(found));
  const isLost = found.keys.some(({ state }) => state === "missing");
  return isLost || ["overdue", "expired"].includes(found.rotation.state) ? 1 : 0;
}

/** Small batches, each its own transaction: whatever ends it, the next call goes on with what is left. */
async function rotate(context: Context): Promise<KeysExitCode> {
  const { env, ring, io, batch } = context;
  const record = auditRewraps(new AuditService(), { kind: "system", id: null });
  return withDatabase(env, "pulsekeep_engine", async (db) => {
    await registerKeyring(db, ring);
    let rewrapped = 0;
    for (;;) {
      const count = await rewrapBatch(db, ring, { size: batch, record });
      rewrapped += count;
      if (count > 0) io.err(`${rewrapped} data keys wrapped anew`);
      const { waiting } = await readKeyringStatus(db, ring, scheduleOf(env));
      if (waiting === 0) break;
    }
    const retired = await retireUnusedKeys(db, ring, { idleMs: 0 });
    const { renewed, failed } = context.dataKeys ? await renewAll(db, context) : { renewed: 0, failed: [] };
    const result = { currentId: ring.currentId, rewrapped, retired, renewed, failed };
    print(context, result, () => [
      `${rewrapped} data keys wrapped anew under ${ring.currentId}`,
      ...(context.dataKeys ? [`${renewed} data keys made anew, with all that they have sealed`] : []),
      ...failed.map(({ workspaceId, reason }) => `left as it was: workspace ${workspaceId} (${reason})`),
      retired.length === 0
        ? "no key was retired"
        : `retired, and no longer needed in the keyring: ${retired.join(", ")}`,
    ]);
    return failed.length === 0 ? (0 as const) : (1 as const);
  });
}

/** Every data key that was made before now. What somebody holds is tried again, for a minute without any progress. */
async function renewAll(db: Database, { ring, io, batch }: Context) {
  const madeBefore = await daysAgo(db, 0);
  const record = auditRenewals(new AuditService(), { kind: "system", id: null });
  const failed: RenewalOutcome["failed"] = [];
  let renewed = 0;
  for (let lastProgressAt = Date.now(); ; ) {
    const except = failed.map(({ workspaceId }) => workspaceId);
    const outcome = await renewDataKeys(db, { ring, madeBefore, record, size: batch, except });
    renewed += outcome.renewed;
    failed.push(...outcome.failed);
    if (outcome.renewed > 0) io.err(`${renewed} data keys made anew`);
    if (outcome.renewed + outcome.failed.length > 0) lastProgressAt = Date.now();
    else if (outcome.busy.length === 0) return { renewed, failed };
    else if (Date.now() - lastProgressAt > BUSY_MS)
      throw new Error(`${outcome.busy.length} data keys are held by somebody else; call this again`);
    else await setTimeout(250);
  }
}

async function verify(context: Context): Promise<KeysExitCode> {
  const report: VaultReport = await withDatabase(context.env, "pulsekeep_backup", (db) =>
    verifyVault(db, context.ring),
  );
  print(context, report, () => [
    `${report.dataKeys} data keys and ${report.sealedValues} sealed values looked at`,
    ...report.findings.map(
      ({ table, column, row, reason }) => `does not open: ${table}.${column} of ${row} (${reason})`,
    ),
    report.findings.length === 0 ? "all of them open" : `${report.findings.length} do not open`,
  ]);
  return report.findings.length === 0 ? 0 : 1;
}

function offerNewKey({ env, io }: Context, file: string | undefined): KeysExitCode {
  const ring = withNewKey(env.PULSEKEEP_KEYRING, new Date());
  if (file === undefined) io.out(JSON.stringify(ring));
  else replaceKeyringFile(file, ring);
  io.err(
    `${ring.currentId} is ${file === undefined ? "in the keyring above; set PULSEKEEP_KEYRING to it" : `in ${file}`}. ` +
      "Restart every process, then run `keys rotate`. Where several processes run, start them first with the new " +
      "key in the ring and the former one as currentId, so that each can open what another wraps.",
  );
  return 0;
}

function describeStatus(status: KeyringStatus): string[] {
  const { currentId, rotation, waiting, keys, oldestDataKeyAt } = status;
  const days = Math.floor(rotation.ageMs / 86_400_000);
  return [
    `current key ${currentId}, ${days} days old, rotation ${rotation.state} (${rotation.dueAt.slice(0, 10)})`,
    ...keys.map(
      ({ id, state, dataKeys, wraps }) => `  ${id}: ${state}, ${dataKeys} data keys, wrapped ${wraps} times`,
    ),
    waiting === 0
      ? "every data key is under the current key"
      : `${waiting} data keys wait to be wrapped anew`,
    ...(oldestDataKeyAt === null ? [] : [`the oldest data key is of ${oldestDataKeyAt.slice(0, 10)}`]),
  ];
}

const scheduleOf = (env: Env) => ({ rotationDays: env.PULSEKEEP_KEY_ROTATION_DAYS, now: new Date() });

function print({ json, io }: Context, value: object, describe: () => string[]): void {
  io.out(json ? JSON.stringify(value, null, 2) : describe().join("\n"));
}

async function withDatabase<T>(
  env: Env,
  role: DatabaseRole,
  work: (db: ReturnType<typeof connect>["database"]) => Promise<T>,
): Promise<T> {
  const { pool, database } = connect(env.DATABASE_URL, role, { max: 2 });
  try {
    return await work(database);
  } finally {
    await pool.end();
  }
}

if (import.meta.main) {
  const io: Io = {
    out: (text) => void process.stdout.write(`${text}\n`),
    err: (text) => void process.stderr.write(`${text}\n`),
  };
  process.exitCode = await runKeysCommand(process.argv.slice(2), process.env, io);
}
