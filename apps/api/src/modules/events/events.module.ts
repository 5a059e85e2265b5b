import { Module } from "@nestjs/common";
import { IdentityModule } from "../identity/identity.module.js";
import { EventsController } from "./events.controller.js";
import { NoticeHub } from "./notice-hub.js";

@Module({ imports: [IdentityModule], controllers: [EventsController], providers: [NoticeHub] })
export class EventsModule {}
