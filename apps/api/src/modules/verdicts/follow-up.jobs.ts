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
    const every = { role: "analyst", intervalMs: EVERY_MS } as const;
    this.jobs.every({ ...every, name: "follow-ups", run: () => this.followUps.sweepOnce() });
    // A loop of its own: whatever keeps looks from being taken keeps no mail.
    this.jobs.every({ ...every, name: "deployment-mails", run: () => this.sendMails() });
  }

  async sendMails(): Promise<"idle"> {
    await this.mails.sendDue();
    return "idle";
  }
}
