import type { OutgoingHttpHeaders } from "node:http";
import { type BeforeApplicationShutdown, Controller, Get, Inject, Req, Res } from "@nestjs/common";
import { ApiOperation, ApiProduces } from "@nestjs/swagger";
import type { FastifyReply, FastifyRequest } from "fastify";
import { CallerOf, type UserCaller } from "../../http/caller.js";
import { Session } from "../../http/policy.js";
import { SessionService } from "../identity/session.service.js";
import { NoticeHub } from "./notice-hub.js";

const HEARTBEAT_MS = 20_000;

@Session()
@Controller("api/v1/events")
export class EventsController implements BeforeApplicationShutdown {
  private readonly open = new Set<() => void>();

  constructor(
    @Inject(NoticeHub) private readonly hub: NoticeHub,
    @Inject(SessionService) private readonly sessions: SessionService,
  ) {}

  /**
   * Server-sent events. Notices are hints that may be lost, so a connection that resumes is told to read
   * everything again (`resync`) instead of being promised what it missed.
   */
  @Get()
  @ApiOperation({ summary: "News of this workspace as server-sent events" })
  @ApiProduces("text/event-stream")
  stream(@CallerOf() caller: UserCaller, @Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    const headers = reply.getHeaders();
    reply.hijack();
    const out = reply.raw;
    out.writeHead(200, {
      ...(headers as OutgoingHttpHeaders),
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store, no-transform",
      "x-accel-buffering": "no",
    });
    out.write("retry: 3000\n\n");
    if (request.headers["last-event-id"] !== undefined) out.write("event: resync\ndata: {}\n\n");
    let sequence = Date.now();
    const unlisten = this.hub.listen(caller.workspaceId, (notice) => {
      sequence += 1;
      out.write(`id: ${sequence}\nevent: notice\ndata: ${JSON.stringify(notice)}\n\n`);
    });
    const heartbeat = setInterval(() => void this.beat(request, out, close), HEARTBEAT_MS);
    const close = () => {
      clearInterval(heartbeat);
      unlisten();
      this.open.delete(close);
      out.end();
    };
    this.open.add(close);
    out.once("close", close);
  }

  beforeApplicationShutdown(): void {
    for (const close of this.open) close();
  }

  /** A session that was ended elsewhere stops hearing news within one beat. */
  private async beat(request: FastifyRequest, out: FastifyReply["raw"], close: () => void): Promise<void> {
    try {
      await this.sessions.authenticate(request);
      out.write(": beat\n\n");
    } catch {
      close();
    }
  }
}
