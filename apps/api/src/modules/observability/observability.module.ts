import { Module } from "@nestjs/common";
import { HealthService } from "./health.service.js";
import { HttpMetrics } from "./http-metrics.js";
import { ObservabilityController } from "./observability.controller.js";

@Module({
  controllers: [ObservabilityController],
  providers: [HealthService, HttpMetrics],
  exports: [HttpMetrics],
})
export class ObservabilityModule {}
