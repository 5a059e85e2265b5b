import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import type { AuditEntry } from "@pulsekeep/contracts/api/identity";
import type { Page } from "@pulsekeep/contracts/api/shared";
import type {
  Provisioning,
  ProvisioningRetry,
  ProvisioningStarted,
  Worker,
} from "@pulsekeep/contracts/api/workers";
import { expect } from "vitest";
import { startTestApp } from "./test-app.js";
import type { TestClient } from "./test-client.js";
import { answerConsent } from "./test-consent.js";
import { eventually } from "./test-eventually.js";
import { callGitHub, newUserToken } from "./test-github-user.js";
import type { TestStandIn } from "./test-stand-in.js";

const run = promisify(execFile);
const END_MS = 40_000;

export type TestProvisioning = Awaited<ReturnType<typeof startTestProvisioning>>;

/** The provisioning once it has ended, whichever way. */
export const ended = (row: Provisioning): Provisioning | false =>
  (row.state === "done" || row.state === "failed") && row;

/** Where a provisioning failed, and on what. */
export const failureOf = ({ steps }: Provisioning) => {
  const failed = steps.find(({ state }) => state === "failed");
  return { step: failed?.name, errorCode: failed?.errorCode };
};

/** The real server beside a local GitHub, and people who set up workers there, one after the other. */
export async function startTestProvisioning() {
  const test = await startTestApp({ standIn: true });
  if (!test.standIn) throw new Error("no GitHub");
  const github: TestStandIn = test.standIn;
  const { store, faults } = github.context;
  let count = 0;
  let owner: TestClient = test.newClient();
  const login = () => `octo-${count}`;

  /** The next person, with an account of their own here and there; GitHub works again. */
  async function newPerson(): Promise<void> {
    count += 1;
    store.users.ensure(login(), { name: `Octo ${count}` });
    faults.clear();
    owner = await test.signUp(`Person${count}`);
  }

  async function start(body: object = {}): Promise<ProvisioningStarted> {
    const answer = await owner.post<ProvisioningStarted>("/api/v1/provisionings", body);
    if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
    return answer.body;
  }

  /** Starts and consents; the steps go on by themselves. */
  async function provision(): Promise<string> {
    const { id, authorizeUrl } = await start();
    const answer = await owner.fetch("GET", await answerConsent(authorizeUrl, { login: login() }));
    if (answer.headers.get("location") !== `/app/workers/provisionings/${id}`)
      throw new Error(`The callback led to ${answer.headers.get("location")}`);
    return id;
  }

  async function provisioned(): Promise<Provisioning> {
    const done = await end(await provision());
    if (done.state !== "done") throw new Error(JSON.stringify(done.steps));
    return done;
  }

  /** Another consent for a worker that there is, to its end. */
  async function again(
    workerId: string,
    { purpose, as = login() }: { purpose: "rotate" | "move"; as?: string },
  ): Promise<Provisioning> {
    const { id, authorizeUrl } = await start({ existing: { workerId, purpose } });
    await owner.fetch("GET", await answerConsent(authorizeUrl, { login: as }));
    return end(id);
  }

  async function retryAndFinish(id: string, retry: ProvisioningRetry = {}): Promise<Provisioning> {
    const { body, status } = await owner.post<ProvisioningStarted>(
      `/api/v1/provisionings/${id}/retry`,
      retry,
    );
    expect(status).toBe(201);
    await owner.fetch("GET", await answerConsent(body.authorizeUrl, { login: login() }));
    const done = await end(id);
    expect(done).toMatchObject({ state: "done", tokenRevokedAt: expect.any(String) });
    expectNoLiveToken();
    return done;
  }

  const read = async (id: string): Promise<Provisioning> =>
    (await owner.get<Provisioning>(`/api/v1/provisionings/${id}`)).body;
  const end = (id: string): Promise<Provisioning> =>
    eventually(async () => ended(await read(id)), { timeoutMs: END_MS });
  const readWorker = async ({ workerId }: Provisioning): Promise<Worker> =>
    (await owner.get<Worker>(`/api/v1/workers/${workerId}`)).body;
  const actions = async (): Promise<string[]> =>
    (await owner.get<Page<AuditEntry>>("/api/v1/audit?limit=100")).body.rows.map(({ action }) => action);

  async function expectFailure(id: string, expected: { step: string; errorCode: string }): Promise<void> {
    const failed = (await end(id)).steps.filter(({ state }) => state === "failed");
    expect(failed.map(({ name, errorCode }) => ({ step: name, errorCode }))).toEqual([expected]);
    expectNoLiveToken();
  }

  const issuedTokens = (): string[] =>
    store.tokens
      .listIssued()
      .filter(({ kind }) => kind === "oauth")
      .map(({ tokenPlain }) => tokenPlain);
  const isLive = (token: string): boolean => store.tokens.find(token) !== undefined;
  const expectNoLiveToken = (): void => expect(issuedTokens().filter(isLive)).toEqual([]);

  const userId = (): number => store.users.findByLogin(login())?.id ?? 0;

  async function git(...args: string[]): Promise<string> {
    const repository = path.join(github.dataDir, "repos", login(), "keepstreak-pulse.git");
    return (await run("git", ["-c", "safe.directory=*", "-C", repository, ...args])).stdout;
  }

  /** What the hourly schedule would do, with a token that the user made by hand. */
  async function wake(): Promise<void> {
    await asUser("POST", `/repos/${login()}/keepstreak-pulse/actions/workflows/pulse.yml/dispatches`, {
      ref: "main",
    });
  }

  async function makeRepository(files: Record<string, string>): Promise<void> {
    await asUser("POST", "/user/repos", { name: "keepstreak-pulse", private: true });
    for (const [name, content] of Object.entries(files))
      await asUser("PUT", `/repos/${login()}/keepstreak-pulse/contents/${name}`, {
        message: "mine",
        content: Buffer.from(content).toString("base64"),
      });
  }

  async function asUser(method: string, address: string, body: object): Promise<void> {
    await callGitHub(github, { tokenPlain: newUserToken(github, login()), method, address, body });
  }

  return {
    test,
    github,
    get owner(): TestClient {
      return owner;
    },
    get login(): string {
      return login();
    },
    /** How many people there have been. */
    get count(): number {
      return count;
    },
    newPerson,
    start,
    provision,
    provisioned,
    again,
    retryAndFinish,
    read,
    readWorker,
    actions,
    expectFailure,
    issuedTokens,
    isLive,
    expectNoLiveToken,
    userId,
    git,
    wake,
    makeRepository,
    close: (): Promise<void> => test.close(),
  };
}
