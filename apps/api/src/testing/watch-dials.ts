import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Socket } from "node:net";

/**
 * Records every address that any socket of this process sets out for, whoever opened it. What leaves the machine
 * is hung up on before it can be answered.
 */
export function watchDials() {
  const dialled: string[] = [];
  const note = (message: unknown) => {
    const { socket } = message as { socket: Socket };
    socket.on("connectionAttempt", (address: string, port: number) => {
      dialled.push(`${address}:${port}`);
      if (!/^(127\.|::1$)/.test(address)) setImmediate(() => socket.destroy());
    });
  };
  subscribe("net.client.socket", note);
  return { dialled, stop: () => unsubscribe("net.client.socket", note) };
}
