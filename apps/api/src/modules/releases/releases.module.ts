import { Module } from "@nestjs/common";
import { PulsesModule } from "../pulses/pulses.module.js";
import { ReleasesController } from "./releases.controller.js";
import { ReleasesService } from "./releases.service.js";
import { UpdateOffersJobs } from "./update-offers.jobs.js";

/** Signed releases of the worker: handed out to everybody, offered to those who have an older one. */
@Module({
  imports: [PulsesModule],
  controllers: [ReleasesController],
  providers: [ReleasesService, UpdateOffersJobs],
})
export class ReleasesModule {}
