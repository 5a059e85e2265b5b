import { Inject, Injectable } from "@nestjs/common";
import type { StreamState } from "@pulsekeep/contracts/api/admin";
import { LOGGER, type Logger } from "../../platform/logger.js";
import { TOPICS } from "../../platform/outbox.js";
import { TRANSPORT, type Transport } from "../../platform/transport.js";
import { within } from "../../platform/within.js";

/** The streams of the transport: news for browsers are hints and leave none. */
export const STREAMS = Object.keys(TOPICS).filter((topic) => topic !== "notices");

@Injectable()
export class StreamsQueries {
  constructor(
    @Inject(TRANSPORT) private readonly transport: Transport,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Every stream's state, or undefined while the transport does not answer. */
  async findStreams(): Promise<StreamState[] | undefined> {
    try {
      return await within(Promise.all(STREAMS.map((stream) => this.transport.inspect(stream))));
    } catch (error) {
      this.logger.warn({ err: error }, "the transport does not answer");
      return undefined;
    }
  }
}
