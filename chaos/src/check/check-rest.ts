import type { Facts } from "./facts.ts";
import type { Violation } from "./violation.ts";

/**
 * No process gave up, nothing is left on the way (streams, what was handed out of them, the outbox), and
 * every loss of the transport was answered. */
export function checkRest({ streams, outboxRows, deaths }: Facts): Violation[] {
  const full = streams.filter(({ length, pending }) => length > 0 || pending > 0);
  return [
    ...deaths.map(({ process, log }) => ({ rule: "process_gave_up", detail: `${process}:\n${log}` })),
    ...full.map(({ stream, length, pending }) => ({
      rule: "stream_not_empty",
      detail: `${stream}: ${length} entries, ${pending} pending`,
    })),
    ...streams
      .filter(({ forgotten }) => forgotten > 0)
      .map(({ stream, forgotten }) => ({
        rule: "loss_unnoticed",
        detail: `${stream}: ${forgotten} shards for whose data nothing was emitted`,
      })),
    ...(outboxRows > 0 ? [{ rule: "outbox_not_empty", detail: `${outboxRows} rows` }] : []),
  ];
}
