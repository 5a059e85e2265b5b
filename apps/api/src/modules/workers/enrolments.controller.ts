import { Body, Controller, Inject, Post } from "@nestjs/common";
import {
  type EnrolmentFailedRequest,
  enrolmentFailedRequestSchema,
  enrolmentStateAnswerSchema,
  type EnrolmentStatusRequest,
  enrolmentStatusRequestSchema,
  enrolmentStatusSchema,
  type EnrolRequest,
  enrolRequestSchema,
  enrolResponseSchema,
  type InstalledRequest,
  installedRequestSchema,
} from "@pulsekeep/contracts/worker-enrolment";
import { Public } from "../../http/policy.js";
import { RateLimit } from "../../http/rate-limit/rate-limit.js";
import { Returns } from "../../http/returns.js";
import { EnrolmentsService } from "./enrolments.service.js";

/** By address. A machine that waits for its first run asks every second. */
const STEPS = { name: "enrolment", limit: 120, windowSeconds: 60 };

/** What a user's own machine or browser says while it sets a worker up: the code, then the ticket, is the proof. */
@Public()
@Controller("v1/worker/enroll")
export class EnrolmentsController {
  constructor(@Inject(EnrolmentsService) private readonly enrolments: EnrolmentsService) {}

  @Post()
  @RateLimit({ name: "enrolment_exchange", limit: 10, windowSeconds: 60 })
  @Returns(enrolResponseSchema, 201)
  enrol(@Body({ schema: enrolRequestSchema }) body: EnrolRequest) {
    return this.enrolments.enrol(body);
  }

  @Post("installed")
  @RateLimit(STEPS)
  @Returns(enrolmentStateAnswerSchema)
  installed(@Body({ schema: installedRequestSchema }) body: InstalledRequest) {
    return this.enrolments.recordInstalled(body);
  }

  @Post("status")
  @RateLimit(STEPS)
  @Returns(enrolmentStatusSchema)
  status(@Body({ schema: enrolmentStatusRequestSchema }) { ticket }: EnrolmentStatusRequest) {
    return this.enrolments.getStatus(ticket);
  }

  @Post("failed")
  @RateLimit(STEPS)
  @Returns(enrolmentStateAnswerSchema)
  async failed(@Body({ schema: enrolmentFailedRequestSchema }) body: EnrolmentFailedRequest) {
    await this.enrolments.recordFailure(body);
    const { state } = await this.enrolments.getStatus(body.ticket);
    return { state };
  }
}
