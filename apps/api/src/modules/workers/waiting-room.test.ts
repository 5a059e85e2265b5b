import { expect, it } from "vitest";
import type { Logger } from "../../platform/logger.js";
import type { Transport } from "../../platform/transport.js";
import { WakeUps } from "../../platform/wake-ups.js";
import { WaitingRoom } from "./waiting-room.js";

const room = () => new WaitingRoom(new WakeUps({} as Transport, {} as Logger));

it("looks no more for who has hung up, and ends the wait at once", async () => {
  const waiting = room();
  const gone = new AbortController();
  let looks = 0;
  const look = () => {
    looks += 1;
    return Promise.resolve([]);
  };
  const wait = waiting.waitFor("worker", { waitMs: 60_000, look, gone: gone.signal });
  await expect.poll(() => looks).toBe(1);
  gone.abort();
  expect(await wait).toEqual([]);
  expect({ looks, waiting: waiting.size }).toEqual({ looks: 1, waiting: 0 });
  expect(await waiting.waitFor("worker", { waitMs: 60_000, look, gone: gone.signal })).toEqual([]);
  expect(looks).toBe(1);
});
