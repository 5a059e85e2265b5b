import { Module } from "@nestjs/common";
import { PulsesModule } from "./pulses.module.js";
import { RunNoticesController } from "./run-notices.controller.js";
import { RunNoticesQueries } from "./run-notices.queries.js";
import { RunNoticesService } from "./run-notices.service.js";

@Module({
  imports: [PulsesModule],
  controllers: [RunNoticesController],
  providers: [RunNoticesQueries, RunNoticesService],
})
export class RunNoticesModule {}
