import type { ProvisioningErrorCode } from "@pulsekeep/contracts/api/workers";
import {
  type EnrolmentFailedRequest,
  type EnrolmentStatus,
  enrolmentStateAnswerSchema,
  enrolmentStatusSchema,
  type EnrolRequest,
  type EnrolResponse,
  enrolResponseSchema,
} from "@pulsekeep/contracts/worker-enrolment";
import type { z } from "zod";
import { CliFailure } from "../command-line/cli-failure.js";
import type { Terminal } from "../terminal/terminal.js";

const ATTEMPTS = 4;
const TIMEOUT_MS = 15_000;
const LONGEST_WAIT_SECONDS = 90;

type Answer = { status: number; body: unknown; retryAfterSeconds: number };

/** The server's part of an enrolment. Nothing of GitHub's token is known here. */
export class EnrolmentClient {
  constructor(
    private readonly server: string,
    private readonly terminal: Pick<Terminal, "fetch" | "sleep" | "note">,
  ) {}

  /** Exchanges the one-time code for the worker's root. @throws CliFailure */
  async enrol(request: EnrolRequest): Promise<EnrolResponse> {
    // Asked once: the code is used up by an answer that got lost on its way back too.
    let answer = await this.askOnce("/v1/worker/enroll", request);
    if (answer?.status === 429 && answer.retryAfterSeconds <= LONGEST_WAIT_SECONDS) {
      this.terminal.note(`The server asks to wait ${answer.retryAfterSeconds} s`);
      await this.terminal.sleep(answer.retryAfterSeconds * 1_000);
      answer = await this.askOnce("/v1/worker/enroll", request);
    }
    if (answer === undefined) {
      throw new CliFailure("server_unreachable", `${this.server} gave no answer.`, {
        hint: "Look at the page that showed you the code: when it is not waiting any more, ask it for a new code. Then run this command again.",
      });
    }
    return this.parse(enrolResponseSchema, answer);
  }

  /** Says that files and secrets are where they belong. @throws CliFailure */
  async reportInstalled(ticket: string, commitSha: string): Promise<void> {
    this.parse(
      enrolmentStateAnswerSchema,
      await this.ask("/v1/worker/enroll/installed", { ticket, commitSha }),
    );
  }

  /** Says where it stopped, for the person who looks at the page. Never throws: the failure itself is told. */
  async reportFailed(
    ticket: string,
    step: EnrolmentFailedRequest["step"],
    errorCode: ProvisioningErrorCode,
  ): Promise<void> {
    await this.askOnce("/v1/worker/enroll/failed", { ticket, step, errorCode });
  }

  /** @throws CliFailure */
  async readStatus(ticket: string): Promise<EnrolmentStatus> {
    return this.parse(enrolmentStatusSchema, await this.ask("/v1/worker/enroll/status", { ticket }));
  }

  private async ask(path: string, body: object): Promise<Answer> {
    for (let attempt = 1; ; attempt++) {
      const answer = await this.askOnce(path, body);
      if (answer !== undefined && answer.status < 500 && answer.status !== 429) return answer;
      if (attempt === ATTEMPTS) {
        throw new CliFailure("server_unreachable", `${this.server} does not answer.`, {
          hint: "Look at the worker's page; what was done so far is shown there.",
        });
      }
      await this.terminal.sleep(500 * 2 ** attempt);
    }
  }

  private async askOnce(path: string, body: object): Promise<Answer | undefined> {
    try {
      const response = await this.terminal.fetch(`${this.server}${path}`, {
        method: "POST",
        headers: { "content-type": "application/json", "user-agent": "pulsekeep-cli" },
        body: JSON.stringify(body),
        redirect: "error",
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      const retryAfterSeconds = Number(response.headers.get("retry-after") ?? Number.NaN);
      const answer = (await response.json().catch(() => null)) as unknown;
      return { status: response.status, body: answer, retryAfterSeconds };
    } catch {
      return undefined;
    }
  }

  private parse<T>(schema: z.ZodType<T>, { status, body }: Answer): T {
    if (status >= 400) throw refusalOf(status, body, this.server);
    const parsed = schema.safeParse(body);
    if (parsed.success) return parsed.data;
    throw new CliFailure(
      "server_answer_unknown",
      `${this.server} answered something that this version does not know.`,
      {
        hint: "Is the address right, and is this program as new as the server?",
      },
    );
  }
}

function refusalOf(status: number, body: unknown, server: string): CliFailure {
  const code = (body as { code?: unknown } | null)?.code;
  switch (code) {
    case "enrolment_code_refused":
      return new CliFailure("enrolment_code_refused", "The server refuses the code.", {
        hint: "A code works once, for 15 minutes. Ask the page for a new one; what exists on GitHub is found again.",
      });
    case "worker_binding_differs":
      return new CliFailure("worker_binding_differs", "The code does not fit this repository.", {
        hint: "It is another worker's code, or the repository has a worker already. For that one, open its page and replace its secret; for one more, name another repository with --repository.",
      });
    case "rate_limited":
      return new CliFailure("rate_limited", `${server} asks to wait.`, {
        hint: "Try again in a few minutes.",
      });
    default: {
      const said = typeof code === "string" && /^[a-z_]{1,60}$/.test(code) ? code : `status ${status}`;
      return new CliFailure("server_refused", `${server} refused: ${said}.`, {
        hint: "Look at the worker's page for what to do.",
      });
    }
  }
}
