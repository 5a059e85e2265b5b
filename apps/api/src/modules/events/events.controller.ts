import { type BeforeApplicationShutdown, Controller, Get, Inject, Req, Res } from "@nestjs/common";
import { ApiProduces } from "@nestjs/swagger";
import type { FastifyReply, FastifyRequest } from "fastify";
import { CallerOf, type UserCaller } from "../../http/caller.js";
import { type EventStream, openEventStream } from "../../http/event-stream.js";
import { Session } from "../../http/policy.js";
import { SessionService } from "../identity/session.service.js";
import { NoticeHub } from "./notice-hub.js";

@Session()
@Controller("api/v1/events")
export class EventsController implements BeforeApplicationShutdown {
  private readonly open = new Set<EventStream>();

  constructor(
    @Inject(NoticeHub) private readonly hub: NoticeHub,
    @Inject(SessionService) private readonly sessions: SessionService,
  ) {}

  /**
   * Server-sent events. Notices are hints that may be lost, so a connection that resumes is told to read
   * everything again (`resync`) instead of being promised what it missed.
   */
  @Get()
  @ApiProduces("text/event-stream")
  stream(@CallerOf() caller: UserCaller, @Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    const stream = openEventStream({ request, reply }, () => this.sessions.authenticate(request));
    if (stream.lastEventId !== undefined) stream.send("resync", {});
    let sequence = Date.now();
    const unlisten = this.hub.listen(caller.workspaceId, (notice) => {
      sequence += 1;
      stream.send("notice", notice, sequence);
    });
    this.open.add(stream);
    stream.ended.addEventListener("abort", () => {
      unlisten();
      this.open.delete(stream);
    });
  }

  beforeApplicationShutdown(): void {
    for (const stream of this.open) stream.close();
  }
}
