/** Put here when this program is bundled: the script as it goes into a repository. */
declare const EMBEDDED_WORKER: string;

/** The worker's script. What goes into a repository comes from this program, never from the server. */
export function workerSource(): string {
  return EMBEDDED_WORKER;
}
