import { Module } from "@nestjs/common";
import { GuardedFetch } from "../../platform/guarded-fetch/guarded-fetch.js";
import { VaultModule } from "../vault/vault.module.js";
import { ScrapeService } from "./scrape.service.js";

@Module({
  imports: [VaultModule],
  providers: [GuardedFetch, ScrapeService],
  exports: [GuardedFetch, ScrapeService],
})
export class MetricsModule {}
