import { Inject, Injectable, type OnModuleInit } from "@nestjs/common";
import { Jobs } from "../../platform/jobs.js";
import { DeploymentMailsService } from "../deployments/deployment-mails.service.js";
import { FollowUpsService } from "./follow-ups.service.js";

const EVERY_MS = 15_000;

/** Looks at deployments once more an hour and a day after they were finished, and mails what cannot wait. */
@Injectable()
export class FollowUpJobs implements OnModuleInit {
  constructor(
    @Inject(FollowUpsService) private readonly followUps: FollowUpsService,
    @Inject(DeploymentMailsService) private readonly mails: DeploymentMailsService,
    @Inject(Jobs) private readonly jobs: Jobs,
  ) {}

  onModuleInit(): void {
    this.jobs.every({
      name: "follow-ups",
      role: "analyst",
      intervalMs: EVERY_MS,
      run: () => this.sweepOnce(),
    });
  }

  async sweepOnce(): Promise<"idle" | "more"> {
    const swept = await this.followUps.sweepOnce();
    await this.mails.sendDue();
    return swept;
  }
}
