import { Inject, Injectable, type OnModuleInit } from "@nestjs/common";
import { Jobs } from "../../platform/jobs.js";
import { SlackDeliveriesService } from "./slack-deliveries.service.js";

const EVERY_MS = 2_000;

@Injectable()
export class SlackJobs implements OnModuleInit {
  constructor(
    @Inject(SlackDeliveriesService) private readonly deliveries: SlackDeliveriesService,
    @Inject(Jobs) private readonly jobs: Jobs,
  ) {}

  onModuleInit(): void {
    this.jobs.every({
      name: "slack",
      role: "notifier",
      intervalMs: EVERY_MS,
      run: () => this.deliveries.sendDue(),
    });
  }
}
