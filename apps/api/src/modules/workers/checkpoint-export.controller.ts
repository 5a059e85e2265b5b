import { Body, Controller, Inject, Param, Put } from "@nestjs/common";
import { type CheckpointExport, checkpointExportSchema } from "@pulsekeep/contracts/api/proof";
import { idSchema } from "@pulsekeep/contracts/api/shared";
import { CallerOf, type UserCaller } from "../../http/caller.js";
import { Session } from "../../http/policy.js";
import { ReturnsNothing } from "../../http/returns.js";
import { CheckpointExportService } from "./checkpoint-export.service.js";

@Session()
@Controller("api/v1/workers/:id/checkpoint-export")
export class CheckpointExportController {
  constructor(@Inject(CheckpointExportService) private readonly service: CheckpointExportService) {}

  @Put()
  @ReturnsNothing()
  set(
    @CallerOf() caller: UserCaller,
    @Param("id", { schema: idSchema }) id: string,
    @Body({ schema: checkpointExportSchema }) { enabled }: CheckpointExport,
  ) {
    return this.service.setExport(caller, id, enabled);
  }
}
