import { Body, Controller, Get, Inject, Param, Post, Query, Req, Res } from "@nestjs/common";
import { ApiExcludeEndpoint } from "@nestjs/swagger";
import { idSchema } from "@pulsekeep/contracts/api/shared";
import {
  type OwnMachineStart,
  ownMachineStartedSchema,
  ownMachineStartSchema,
  type ProvisioningConfirm,
  provisioningConfirmSchema,
  type ProvisioningRetry,
  provisioningRetrySchema,
  provisioningSchema,
  type ProvisioningStart,
  provisioningStartedSchema,
  provisioningStartSchema,
} from "@pulsekeep/contracts/api/workers";
import type { FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { ENV, type Env } from "../../env.js";
import { CallerOf, type UserCaller } from "../../http/caller.js";
import { Session } from "../../http/policy.js";
import { RateLimit } from "../../http/rate-limit/rate-limit.js";
import { Returns } from "../../http/returns.js";
import { EnrolmentsService } from "./enrolments.service.js";
import { Provisioner } from "./provisioner.js";
import { type ConsentRequest, ProvisioningStartsService } from "./provisioning-starts.service.js";
import { ProvisioningService } from "./provisioning.service.js";
import { WorkersQueries } from "./workers.queries.js";

const CALLBACK_PATH = "/api/v1/provisionings/callback";
const CONSENT_COOKIE = "pulsekeep.consent";
const CONSENT_SECONDS = 600;

const callbackQuerySchema = z.object({
  code: z.string().max(200).optional(),
  state: z.string().min(1).max(200),
  error: z.string().max(100).optional(),
});

@Session()
@Controller("api/v1/provisionings")
export class ProvisioningsController {
  constructor(
    @Inject(ProvisioningStartsService) private readonly starts: ProvisioningStartsService,
    @Inject(ProvisioningService) private readonly record: ProvisioningService,
    @Inject(EnrolmentsService) private readonly enrolments: EnrolmentsService,
    @Inject(Provisioner) private readonly provisioner: Provisioner,
    @Inject(WorkersQueries) private readonly queries: WorkersQueries,
    @Inject(ENV) private readonly env: Env,
  ) {}

  @Post()
  @Returns(provisioningStartedSchema, 201)
  async start(
    @CallerOf() caller: UserCaller,
    @Body({ schema: provisioningStartSchema }) body: ProvisioningStart,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { request, ...started } = await this.starts.start(caller, body);
    this.setConsentCookie(reply, request);
    return started;
  }

  /** A one-time code, for who sets a worker up without lending us a token. */
  @Post("own-machine")
  @RateLimit({ name: "enrolment_codes", limit: 20, windowSeconds: 600 })
  @Returns(ownMachineStartedSchema, 201)
  startOnOwnMachine(
    @CallerOf() caller: UserCaller,
    @Body({ schema: ownMachineStartSchema }) body: OwnMachineStart,
  ) {
    return this.enrolments.start(caller, body);
  }

  /** Where GitHub sends the browser back to: goes on in the background, and shows the steps. */
  @Get("callback")
  @ApiExcludeEndpoint()
  async callback(
    @CallerOf() caller: UserCaller,
    @Query({ schema: callbackQuerySchema }) query: z.infer<typeof callbackQuerySchema>,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const verifier = findVerifier(request, query.state);
    this.clearConsentCookie(reply);
    const taken = verifier === undefined ? undefined : await this.starts.takeConsent(caller, query.state);
    if (!taken || verifier === undefined) return void reply.redirect("/app/workers?consent=unknown", 303);
    const subject = {
      workspaceId: caller.workspaceId,
      userId: caller.userId,
      provisioningId: taken.id,
      workerId: taken.workerId,
    };
    if (query.code === undefined)
      await this.record.fail(subject, taken.id, { errorCode: "consent_refused", step: "consent" });
    else this.provisioner.begin(subject, { code: query.code, verifier });
    void reply.redirect(`/app/workers/provisionings/${taken.id}`, 303);
  }

  @Get(":id")
  @Returns(provisioningSchema)
  get(@CallerOf() caller: UserCaller, @Param("id", { schema: idSchema }) id: string) {
    return this.queries.getProvisioning(caller, id);
  }

  @Post(":id/retry")
  @Returns(provisioningStartedSchema, 201)
  async retry(
    @CallerOf() caller: UserCaller,
    @Param("id", { schema: idSchema }) id: string,
    @Body({ schema: provisioningRetrySchema }) body: ProvisioningRetry,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { request, ...started } = await this.starts.retry(caller, id, body);
    this.setConsentCookie(reply, request);
    return started;
  }

  @Post(":id/confirm")
  @Returns(provisioningSchema)
  async confirm(
    @CallerOf() caller: UserCaller,
    @Param("id", { schema: idSchema }) id: string,
    @Body({ schema: provisioningConfirmSchema }) body: ProvisioningConfirm,
  ) {
    await this.enrolments.confirm(caller, id, body);
    return this.queries.getProvisioning(caller, id);
  }

  /** The verifier of PKCE waits in the browser that asked: GitHub's answer is worth nothing in another. */
  private setConsentCookie(reply: FastifyReply, { state, verifier }: ConsentRequest): void {
    void reply.header("set-cookie", this.cookie(`${state}.${verifier}`, CONSENT_SECONDS));
  }

  private clearConsentCookie(reply: FastifyReply): void {
    void reply.header("set-cookie", this.cookie("", 0));
  }

  private cookie(value: string, maxAgeSeconds: number): string {
    const secure = this.env.PULSEKEEP_PUBLIC_URL.startsWith("https://") ? "; Secure" : "";
    return `${CONSENT_COOKIE}=${value}; Path=${CALLBACK_PATH}; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Lax${secure}`;
  }
}

function findVerifier(request: FastifyRequest, state: string): string | undefined {
  const cookies = (request.headers.cookie ?? "").split(/;\s*/);
  const value = cookies
    .find((cookie) => cookie.startsWith(`${CONSENT_COOKIE}=`))
    ?.slice(CONSENT_COOKIE.length + 1);
  const [cookieState, verifier] = value?.split(".") ?? [];
  return cookieState === state ? verifier : undefined;
}
