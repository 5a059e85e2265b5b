import { expect, it } from "vitest";
import type { Transport } from "../../platform/transport.js";
import { DeploymentNews } from "./deployment-news.service.js";

it("wakes who waits for a deployment, however its id is written, and nobody after that", async () => {
  let tell: (message: string) => void = () => undefined;
  const subscribe: Transport["subscribe"] = async (_, listener) => {
    tell = listener;
    return { close: async () => undefined };
  };
  const news = new DeploymentNews({ subscribe } as Transport);
  await news.onApplicationBootstrap();
  const id = "019f0000-0000-7000-8000-00000000abcd";
  let woken = 0;
  const leave = news.listen(id.toUpperCase(), ["deployment.changed"], () => {
    woken += 1;
  });
  const changed = JSON.stringify({ topic: "deployment.changed", id });
  tell(changed);
  tell(JSON.stringify({ topic: "sample.recorded", id }));
  leave();
  tell(changed);
  expect(woken).toBe(1);
});
