/** The channel on which a waiting worker is woken. */
export const wakeChannel = (workerId: string): string => `worker:${workerId}`;
