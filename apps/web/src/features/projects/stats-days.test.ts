import { PROJECT_STATS_DAYS } from "@pulsekeep/contracts/api/projects";
import { expect, it } from "vitest";
import { STATS_DAYS } from "./stats-days";

it("names the days that the server counts", () => {
  expect(STATS_DAYS).toBe(PROJECT_STATS_DAYS);
});
