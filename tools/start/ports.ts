import { createServer } from "node:net";
import { StartFailure } from "./start-failure.ts";

/** @returns why the port cannot be used, or undefined when it is free */
function findObstacle(port: number, host: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    probe.listen({ port, host, exclusive: true }, () => probe.close(() => resolve(undefined)));
  });
}

/** @throws StartFailure naming the port and the variable that chooses another */
export async function requireFreePort(port: number, variable: string): Promise<void> {
  // A server bound to every address does not always stop us from binding the loopback one, and the reverse.
  for (const host of ["127.0.0.1", "0.0.0.0"]) {
    const obstacle = await findObstacle(port, host);
    if (obstacle === "EADDRINUSE") {
      throw new StartFailure(
        `Port ${port} is taken by another program. Stop that program, or choose another port: ${variable}=${port + 1} npm start`,
      );
    }
    if (obstacle === "EACCES") {
      throw new StartFailure(
        `This user may not open port ${port}. Choose one above 1023: ${variable}=3000 npm start`,
      );
    }
    if (obstacle)
      throw new StartFailure(`Port ${port} cannot be opened (${obstacle}). Choose another with ${variable}.`);
  }
}

/** The preferred port when it is free, otherwise any free one. For addresses that nobody types or stores. */
export async function pickPort(preferred: number): Promise<number> {
  return (await findObstacle(preferred, "127.0.0.1")) ? pickAnyPort() : preferred;
}

export function pickAnyPort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      const port = typeof address === "object" && address ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}
