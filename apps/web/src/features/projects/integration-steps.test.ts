import { expect, it } from "vitest";
import { listIntegrationSteps } from "./integration-steps";

const nothing = {
  endpoint: { state: "none", source: "endpoint" },
  apiKey: { lastUsedAt: null },
  lastSampleAt: null,
  latest: null,
} as const;
const AT = "2026-01-01T00:00:00Z";
const done = (facts: Parameters<typeof listIntegrationSteps>[0]) =>
  listIntegrationSteps(facts).flatMap((it) => (it.done ? [it.step] : []));

it("ticks off each step of connecting a service when it is really done", () => {
  expect(done(nothing)).toEqual([]);
  expect(done({ ...nothing, endpoint: { state: "pending", source: "endpoint" } })).toEqual([]);
  const active = { ...nothing, endpoint: { state: "active", source: "endpoint" } } as const;
  expect(done(active)).toEqual(["serve", "activate"]);
  expect(done({ ...active, apiKey: { lastUsedAt: AT } })).toEqual(["serve", "activate", "key"]);
  expect(done({ ...active, latest: { id: "a deployment" } })).toHaveLength(4);
});

it("counts samples that the service sends itself, and no longer those of an endpoint that is blocked", () => {
  const pushed = { ...nothing, lastSampleAt: AT, endpoint: { state: "none", source: "push" } } as const;
  expect(done(pushed)).toEqual(["serve", "activate"]);
  const blocked = {
    ...nothing,
    lastSampleAt: AT,
    endpoint: { state: "blocked", source: "endpoint" },
  } as const;
  expect(done(blocked)).toEqual(["serve"]);
});
