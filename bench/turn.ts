// One turn of one contender, in this process. Started by rounds.ts.
import type { Contender, Turn } from "./contender.ts";

/** A contender is a row here and a file. */
const contenders: Record<string, () => Promise<{ contender: Contender }>> = {
  ours: () => import("./ours/ours.ts"),
  bullmq: () => import("./peers/bullmq.ts"),
  "bullmq-durable": () => import("./peers/bullmq-durable.ts"),
  "graphile-worker": () => import("./peers/graphile-worker.ts"),
  "pg-boss": () => import("./peers/pg-boss.ts"),
  "raw-redis": () => import("./peers/raw-redis.ts"),
};

const turn = JSON.parse(process.argv[2] ?? "") as Turn;
const loaded = await contenders[turn.contender]?.();
const way = loaded?.contender[turn.way];
if (!way) throw new Error(`${turn.contender} does not take part in ${turn.way}`);
const figures = await way(turn.place, turn.load);
process.send?.(figures, () => process.exit(0));
