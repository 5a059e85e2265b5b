import type {
  EnrolmentFailedRequest,
  EnrolmentStatus,
  EnrolResponse,
} from "@pulsekeep/contracts/worker-enrolment";
import { CliFailure } from "../command-line/cli-failure.js";
import { type Command, findText, type Request } from "../command-line/command.js";
import { type Account, readAccount } from "../github/account.js";
import { commitFiles } from "../github/commit-files.js";
import { GitHubApi } from "../github/github-api.js";
import { GitHubFailure } from "../github/github-failure.js";
import { getGitHubToken } from "../github/github-token.js";
import { putSecrets } from "../github/put-secrets.js";
import { ensureRepository, type Repository } from "../github/repository.js";
import { wakeWorkflow } from "../github/workflow.js";
import { findSafeUrl } from "../safe-url.js";
import { getServerOrigin, SERVER_OPTION } from "../server-address.js";
import type { Terminal } from "../terminal/terminal.js";
import { EnrolmentClient } from "./enrolment-client.js";
import {
  CONFIG_OPTION,
  findWorkerFile,
  requireWritable,
  workerFilePath,
  writeWorkerFile,
} from "./worker-file.js";
import { workerFiles } from "./worker-files.js";
import { workerSource } from "./worker-source.js";

const DEFAULT_NAME = "keepstreak-pulse";
const STATUS_EVERY_MS = 2_000;
const STATUS_FOR_MS = 3 * 60_000;

export const workerInit: Command = {
  words: ["worker", "init"],
  summary: "Set up a worker from this machine: your GitHub token never reaches the server.",
  description: [
    `Creates a private repository in your account (or finds the one of an earlier attempt), puts the worker's files and its two Actions secrets there, registers it, and waits for its first run. The page of a new worker ("From your own machine") shows the one-time code.`,
    `Your token is taken from GH_TOKEN or GITHUB_TOKEN, from "gh auth token", or asked for. It is sent to GitHub only and kept nowhere.`,
    `With the code of a worker that you have, its root secret is replaced ("worker rotate" knows which).`,
  ],
  options: {
    server: SERVER_OPTION,
    code: { value: "CODE", help: "the one-time code of the page; or PULSEKEEP_CODE; asked for otherwise" },
    repository: { value: "NAME", help: `the repository's name in your account; default ${DEFAULT_NAME}` },
    resident: { help: `run on this machine ("pulsekeep worker run") instead of on GitHub Actions` },
    config: CONFIG_OPTION,
  },
  exits: {
    0: "the worker is set up",
    1: "a step failed; the same command with a new code goes on from there",
    2: "the command line, the token or the server's address is missing or wrong",
  },
  examples: [
    "pulsekeep worker init --server https://pulsekeep.example.com",
    "pulsekeep worker init --resident --repository my-pulse",
  ],
  run: init,
};

interface Setting {
  terminal: Terminal;
  server: string;
  enrolment: EnrolmentClient;
  github: GitHubApi;
  kind: "actions" | "resident";
  configFile: string;
}

async function init({ options, json }: Request, terminal: Terminal): Promise<number> {
  const server = getServerOrigin(options, terminal);
  const kind = options["resident"] === true ? "resident" : "actions";
  const name = findText(options, "repository") ?? DEFAULT_NAME;
  if (!/^(?!\.{1,2}$)(?!.*\.git$)[A-Za-z0-9._-]{1,100}$/.test(name)) {
    throw new CliFailure("repository_name_wrong", "GitHub takes no repository of that name.", {
      exitCode: 2,
    });
  }
  const configFile = workerFilePath(options, terminal);
  const token = await getGitHubToken(terminal);
  terminal.note(`Using your GitHub token from ${token.source}; it is sent to GitHub only.`);
  const github = new GitHubApi(token, terminal);
  const account = await readAccount(github, kind === "actions");
  await refuseOtherWorker(configFile, `${account.login}/${name}`);
  await requireWritable(configFile);
  const code = await getCode(options, terminal);
  const enrolment = new EnrolmentClient(server, terminal);
  const setting: Setting = { terminal, server, enrolment, github, kind, configFile };
  const repository = await ensureRepository(github, account, name);
  step(terminal, `repository ${repository.fullName} ${repository.made}, private`);
  const enrolled = await enrol(setting, account, { repository, code });
  await setUp(setting, repository, enrolled);
  const outcome = kind === "actions" ? await waitForFirstRun(setting, enrolled) : "installed";
  return tell(setting, { repository, enrolled, outcome, json });
}

async function enrol(
  { enrolment, kind, terminal }: Setting,
  account: Account,
  { repository, code }: { repository: Repository; code: string },
): Promise<EnrolResponse> {
  const { id, ownerId, fullName, defaultBranch, made } = repository;
  const enrolled = await enrolment.enrol({
    code,
    kind,
    repository: { id, ownerId, fullName, defaultBranch, made },
    author: account.author,
  });
  if (findSafeUrl(enrolled.serverUrl) === undefined) {
    throw new CliFailure(
      "server_address_unsafe",
      "The server names an address that is neither https nor local.",
      {
        hint: "Its operator has to set PULSEKEEP_PUBLIC_URL.",
      },
    );
  }
  step(terminal, "registered with the server");
  return enrolled;
}

async function setUp(setting: Setting, repository: Repository, enrolled: EnrolResponse): Promise<void> {
  const { terminal, github, kind, enrolment } = setting;
  const { cronMinute, serverUrl, clientId, handshakeSecret, ticket } = enrolled;
  const source = workerSource();
  const files = workerFiles({ kind, repository: repository.fullName, source, cronMinute, serverUrl });
  const commitSha = await telling(setting, ticket, "files", () => commitFiles(github, repository, files));
  step(terminal, `files committed (${commitSha.slice(0, 12)})`);
  if (kind === "actions") {
    const secrets = { KEEPSTREAK_CLIENT_ID: clientId, HANDSHAKE_SECRET: handshakeSecret };
    await telling(setting, ticket, "secrets", () => putSecrets(github, repository, secrets));
    step(terminal, `secrets ${Object.keys(secrets).join(" and ")} put, sealed`);
  }
  await writeWorkerFile(setting.configFile, {
    version: 1,
    kind,
    serverUrl,
    workerId: enrolled.workerId,
    clientId,
    handshakeSecret: kind === "resident" ? handshakeSecret : null,
    repository: repository.fullName,
    githubApiUrl: github.baseUrl,
    secretExpiresAt: enrolled.secretExpiresAt,
  });
  await enrolment.reportInstalled(ticket, commitSha);
  if (kind === "resident") return;
  await telling(setting, ticket, "wake", () => wakeWorkflow(github, repository, terminal.sleep));
  step(terminal, "workflow started, waiting for its first run");
}

/** Does a step, and lets the page know when it fails. */
async function telling<T>(
  { enrolment }: Setting,
  ticket: string,
  name: EnrolmentFailedRequest["step"],
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const code = error instanceof GitHubFailure ? error.reason : "github_unexpected";
    await enrolment.reportFailed(ticket, name, code);
    throw error;
  }
}

type Outcome = EnrolmentStatus["state"] | "installed";

async function waitForFirstRun(
  { terminal, enrolment }: Setting,
  { ticket }: EnrolResponse,
): Promise<Outcome> {
  const endsAt = terminal.now().getTime() + STATUS_FOR_MS;
  for (;;) {
    const { state, errorCode } = await enrolment.readStatus(ticket);
    if (state === "failed") {
      throw new CliFailure(
        "first_run_failed",
        `The worker's first run failed: ${errorCode ?? "no reason given"}.`,
        {
          hint: `Its log is under Actions in the repository. Then run "pulsekeep worker init" again with a new code.`,
        },
      );
    }
    if (state === "done" || state === "awaiting_confirmation") return state;
    if (terminal.stop.aborted || terminal.now().getTime() >= endsAt) return state;
    await terminal.sleep(STATUS_EVERY_MS, terminal.stop);
  }
}

function tell(
  { terminal, kind, configFile }: Setting,
  done: { repository: Repository; enrolled: EnrolResponse; outcome: Outcome; json: boolean },
): number {
  const { repository, enrolled, outcome, json } = done;
  const page = `${enrolled.serverUrl.replace(/\/+$/, "")}/app/workers/provisionings/${enrolled.provisioningId}`;
  if (json) {
    const { workerId, provisioningId, clientId, cronMinute, secretExpiresAt, serverUrl } = enrolled;
    const facts = {
      kind,
      state: outcome,
      workerId,
      provisioningId,
      clientId,
      cronMinute,
      secretExpiresAt,
      serverUrl,
    };
    terminal.print(JSON.stringify({ ...facts, repository: repository.fullName, configFile, page }));
    return 0;
  }
  terminal.print(`The worker in ${repository.fullName} is set up.`);
  terminal.print(nextStep(kind, outcome, page));
  return 0;
}

function nextStep(kind: Setting["kind"], outcome: Outcome, page: string): string {
  if (kind === "resident") return `Start it with "pulsekeep worker run", then confirm it here: ${page}`;
  if (outcome === "awaiting_confirmation")
    return `Its first run succeeded. Confirm its repository here: ${page}`;
  if (outcome === "done") return `Its first run succeeded. See it here: ${page}`;
  return `Its first run has not ended yet. See it here: ${page}`;
}

async function getCode(options: Request["options"], terminal: Terminal): Promise<string> {
  const given = findText(options, "code") ?? terminal.env["PULSEKEEP_CODE"];
  const code = (
    given ?? (terminal.isInteractive ? await terminal.ask("One-time code of the page: ") : "")
  ).trim();
  if (/^[A-Za-z0-9_-]{16,80}$/.test(code)) return code;
  const missing = code === "";
  throw new CliFailure(
    missing ? "code_missing" : "code_malformed",
    missing ? "There is no one-time code." : "This is not a one-time code.",
    {
      hint: `The page of a new worker ("From your own machine") shows one. Give it with --code or in PULSEKEEP_CODE.`,
      exitCode: 2,
    },
  );
}

/** One file is one worker: that of another is not written over. */
async function refuseOtherWorker(file: string, repository: string): Promise<void> {
  const found = await findWorkerFile(file);
  if (found === undefined || found.repository.toLowerCase() === repository.toLowerCase()) return;
  throw new CliFailure("other_worker", `${file} belongs to the worker in ${found.repository}.`, {
    hint: "Name another file with --config, or the same repository with --repository.",
    exitCode: 2,
  });
}

function step(terminal: Terminal, text: string): void {
  terminal.note(`${terminal.paint("ok", "good")}  ${text}`);
}
