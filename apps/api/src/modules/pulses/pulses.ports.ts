/** The channel on which waiting workers are woken: one for all, since every process with a waiting room hears it. */
export const WAKE_UPS = "workers.offered";

const SEPARATOR = ",";
/** Ids in one message, at most. */
const AT_ONCE = 500;

/** Messages that wake these workers, wherever they wait. */
export function writeWakeUps(workerIds: ReadonlySet<string>): string[] {
  const ids = [...workerIds];
  const messages: string[] = [];
  for (let from = 0; from < ids.length; from += AT_ONCE)
    messages.push(ids.slice(from, from + AT_ONCE).join(SEPARATOR));
  return messages;
}

/** Ids of the workers that a message wakes. */
export const readWakeUp = (message: string): string[] => message.split(SEPARATOR);
