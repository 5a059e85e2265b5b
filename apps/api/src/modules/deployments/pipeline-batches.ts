import type { Statements } from "@pulsekeep/database";
import { AppError } from "../../http/app-error.js";
import type { PipelineCaller } from "../../http/caller.js";
import { type Databases, isDeadlock, isLockTimeout, isRefusedData } from "../../platform/database.js";
import { Gather } from "../../platform/gather.js";
import { MAX_TOGETHER } from "./few.js";
import { InTurn } from "./in-turn.js";

const CONCURRENCY = 4;
/** What waits for one project's row holds up all that came with it, but not for long. */
const TOGETHER_PATIENCE_MS = 1_000;
const ALONE_PATIENCE_MS = 5_000;

/** What came of one call: an answer, or why it was refused. */
export type Outcome<Answer> = { answer: Answer } | { refusal: unknown };

type Call = { caller: PipelineCaller };
type Work<Request, Answer> = (
  statements: Statements,
  requests: readonly Request[],
) => Promise<Outcome<Answer>[]>;

/**
 * Works calls of different workspaces together, in one transaction, and those of one workspace one after another. Of
 * one project nobody else works calls meanwhile, in this process or another, so that what is found stays true until
 * the commit.
 */
export class PipelineBatches<Request extends Call, Answer> {
  private readonly turns = new InTurn();
  private readonly batches: Gather<Request, Promise<Outcome<Answer>>>;

  constructor(
    private readonly databases: Pick<Databases, "inCi">,
    private readonly work: Work<Request, Answer>,
  ) {
    this.batches = new Gather({
      max: MAX_TOGETHER,
      concurrency: CONCURRENCY,
      run: (requests) => this.workAll(requests),
      isOneAtFault: () => false,
    });
  }

  /** @throws AppError that the call was refused with, `unavailable` while somebody else holds the project's rows */
  async call(request: Request): Promise<Answer> {
    const outcome = await this.turns.take(request.caller.workspaceId, () => this.batches.call(request));
    if ("refusal" in outcome) throw outcome.refusal;
    return outcome.answer;
  }

  /** When one of many is at fault, each is tried by itself, and none waits for the others' answers. */
  private async workAll(requests: readonly Request[]): Promise<Promise<Outcome<Answer>>[]> {
    try {
      const outcomes = await this.workTogether(requests);
      return outcomes.map((outcome) => Promise.resolve(outcome));
    } catch (error) {
      if (!isOneAtFault(error)) throw error;
      return requests.map((request) => this.workAlone(request));
    }
  }

  private async workAlone(request: Request): Promise<Outcome<Answer>> {
    try {
      const [outcome] = await this.workTogether([request]);
      return outcome as Outcome<Answer>;
    } catch (error) {
      if (!isLockTimeout(error)) throw error;
      return { refusal: new AppError("unavailable", { cause: error, headers: { "retry-after": "5" } }) };
    }
  }

  private async workTogether(requests: readonly Request[]): Promise<Outcome<Answer>[]> {
    // Rows are locked in one order, whoever else does so.
    const ordered = [...requests].sort((one, other) =>
      one.caller.workspaceId < other.caller.workspaceId ? -1 : 1,
    );
    const scope = {
      workspaceIds: ordered.map(({ caller }) => caller.workspaceId),
      turns: ordered.map(({ caller }) => caller.projectId),
      patienceMs: requests.length > 1 ? TOGETHER_PATIENCE_MS : ALONE_PATIENCE_MS,
    };
    const outcomes = await this.databases.inCi(scope, (statements) => this.work(statements, ordered));
    const byRequest = new Map(ordered.map((request, place) => [request, outcomes[place]]));
    return requests.map((request) => byRequest.get(request) as Outcome<Answer>);
  }
}

const isOneAtFault = (error: unknown): boolean =>
  isRefusedData(error) || isLockTimeout(error) || isDeadlock(error);

/** What `decide` says, or what it throws: also a fault of ours with one call is no other's. */
export function settle<Answer>(decide: () => Answer): Outcome<Answer> {
  try {
    return { answer: decide() };
  } catch (refusal) {
    return { refusal };
  }
}
