import { Inject, Injectable, type OnModuleInit } from "@nestjs/common";
import { Jobs } from "../../platform/jobs.js";
import { FollowUpsService } from "./follow-ups.service.js";

const EVERY_MS = 15_000;

/** Looks at deployments once more an hour and a day after they were finished. */
@Injectable()
export class FollowUpJobs implements OnModuleInit {
  constructor(
    @Inject(FollowUpsService) private readonly followUps: FollowUpsService,
    @Inject(Jobs) private readonly jobs: Jobs,
  ) {}

  onModuleInit(): void {
    this.jobs.every({
      name: "follow-ups",
      role: "analyst",
      intervalMs: EVERY_MS,
      run: () => this.followUps.sweepOnce(),
    });
  }
}
