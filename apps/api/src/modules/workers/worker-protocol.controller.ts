import { Body, Controller, Headers, Inject, Post, Req, Res } from "@nestjs/common";
import {
  type ClaimRequest,
  claimRequestSchema,
  claimResponseSchema,
  type HeartbeatRequest,
  heartbeatRequestSchema,
  heartbeatResponseSchema,
  type HelloRequest,
  helloRequestSchema,
  helloResponseSchema,
  type ReleaseRequest,
  type ReportRequest,
  releaseRequestSchema,
  releaseResponseSchema,
  reportRequestSchema,
  reportResponseSchema,
} from "@pulsekeep/contracts/worker-protocol";
import { epochAt, sealSignal } from "@pulsekeep/signing";
import type { FastifyReply, FastifyRequest } from "fastify";
import { CallerOf, type WorkerCaller } from "../../http/caller.js";
import { WorkerProof } from "../../http/policy.js";
import { Returns } from "../../http/returns.js";
import { newBytes } from "../../platform/ids.js";
import { Clock } from "../../platform/clock.js";
import { type Claimed, ClaimsService } from "../pulses/claims.service.js";
import { HandshakeService } from "./handshake.service.js";
import { RefusedSignalsService } from "./refused-signals.service.js";
import { WaitingRoom } from "./waiting-room.js";
import { type ProvenWorker, WorkerAuthService } from "./worker-auth.service.js";

@WorkerProof()
@Controller("v1/worker")
export class WorkerProtocolController {
  constructor(
    @Inject(WorkerAuthService) private readonly auth: WorkerAuthService,
    @Inject(HandshakeService) private readonly handshake: HandshakeService,
    @Inject(ClaimsService) private readonly claims: ClaimsService,
    @Inject(WaitingRoom) private readonly waiting: WaitingRoom,
    @Inject(RefusedSignalsService) private readonly refusedSignals: RefusedSignalsService,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  @Post("hello")
  @Returns(helloResponseSchema)
  hello(
    @Req() request: FastifyRequest,
    @Headers("authorization") authorization: string | undefined,
    @Body({ schema: helloRequestSchema }) body: HelloRequest,
  ) {
    const token = authorization?.startsWith("Bearer ") ? authorization.slice("Bearer ".length) : undefined;
    return this.handshake.hello(this.getProven(request), body, token);
  }

  @Post("claim")
  @Returns(claimResponseSchema)
  async claim(
    @CallerOf() caller: WorkerCaller,
    @Req() request: FastifyRequest,
    @Body({ schema: claimRequestSchema }) body: ClaimRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const proven = this.getProven(request);
    let looks = 0;
    const claimed = await this.waiting.waitFor(caller.workerId, {
      waitMs: body.waitSeconds * 1_000,
      look: async () => {
        // The first look comes right after the proof.
        if (looks > 0) await this.auth.requireSession(proven);
        looks += 1;
        return this.claims.claimRuns(caller, body);
      },
      againInMs: () => this.claims.msUntilRoom(caller.workspaceId),
      gone: goneOf(reply),
    });
    const now = this.clock.now();
    return {
      claimId: body.claimId,
      serverTime: now.toISOString(),
      nextCheckInSeconds: this.handshake.secondsUntilCheckIn(proven.worker, now),
      runs: claimed.map((run) => toSigned(run, proven, now)),
    };
  }

  @Post("report")
  @Returns(reportResponseSchema)
  async report(
    @CallerOf() caller: WorkerCaller,
    @Req() request: FastifyRequest,
    @Body({ schema: reportRequestSchema }) body: ReportRequest,
  ) {
    const { worker } = this.getProven(request);
    const run = await this.claims.recordReport(caller, body, async (tx, ended) => {
      if (ended.kind === "verify") await this.handshake.recordVerification(tx, worker, body);
    });
    await this.refusedSignals.recordRefusal(caller, body);
    return { runId: run.id, state: run.state, serverTime: this.clock.now().toISOString() };
  }

  @Post("heartbeat")
  @Returns(heartbeatResponseSchema)
  async heartbeat(
    @CallerOf() caller: WorkerCaller,
    @Body({ schema: heartbeatRequestSchema }) body: HeartbeatRequest,
  ) {
    const held = await this.claims.extendLeases(caller, body);
    return {
      held: held.map(({ runId, leaseExpiresAt }) => ({
        runId,
        leaseExpiresAt: leaseExpiresAt.toISOString(),
      })),
      serverTime: this.clock.now().toISOString(),
    };
  }

  @Post("release")
  @Returns(releaseResponseSchema)
  async release(
    @CallerOf() caller: WorkerCaller,
    @Body({ schema: releaseRequestSchema }) body: ReleaseRequest,
  ) {
    const releasedRunIds = await this.claims.releaseRuns(caller, body);
    return { releasedRunIds, serverTime: this.clock.now().toISOString() };
  }

  private getProven(request: FastifyRequest): ProvenWorker {
    const proven = this.auth.findProven(request);
    if (!proven) throw new Error("A worker's route was reached without a proof");
    return proven;
  }
}

/** Aborted when the connection ends before the answer: a worker that was stopped must not claim from its grave. */
function goneOf(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.on("close", () => gone.abort());
  return gone.signal;
}

/** Signs and encrypts a claimed run, now: a worker that GitHub wakes hours late still gets a fresh signal. */
function toSigned(run: Claimed, { worker, findKeys }: ProvenWorker, now: Date) {
  const keys = findKeys(epochAt(now));
  if (!keys) throw new Error(`Worker ${worker.id} has no keys of this epoch`);
  const signal = {
    signalId: run.signalId,
    runId: run.runId,
    workerId: worker.clientId,
    seq: run.seq,
    notBefore: run.notBefore,
    expiresAt: run.expiresAt,
    kind: run.action.kind,
    params: run.action.params,
  };
  return {
    runId: run.runId,
    fence: run.fence,
    leaseExpiresAt: run.leaseExpiresAt.toISOString(),
    signal: sealSignal({ keys, signal, iv: newBytes(12) }),
  };
}
