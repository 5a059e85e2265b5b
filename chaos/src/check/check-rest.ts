import type { Facts } from "./facts.ts";
import type { Violation } from "./violation.ts";

/** No process gave up, and nothing is left on the way: streams, what was handed out of them, and the outbox. */
export function checkRest({ streams, outboxRows, deaths }: Facts): Violation[] {
  const full = streams.filter(({ length, pending }) => length > 0 || pending > 0);
  return [
    ...deaths.map(({ process, log }) => ({ rule: "process_gave_up", detail: `${process}:\n${log}` })),
    ...full.map(({ stream, length, pending }) => ({
      rule: "stream_not_empty",
      detail: `${stream}: ${length} entries, ${pending} pending`,
    })),
    ...(outboxRows > 0 ? [{ rule: "outbox_not_empty", detail: `${outboxRows} rows` }] : []),
  ];
}
