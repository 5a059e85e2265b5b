import { queryOptions } from "@tanstack/react-query";
import { browserApi } from "./client";
import { unwrap } from "./problem";
import type { components } from "./schema.gen";
import type { MetricName } from "./types";

type Schemas = components["schemas"];

export type PolicyScope = Schemas["PolicyScope"];
export type PolicyDocument = Schemas["PolicyDocument"];
export type PolicyPreview = Schemas["PolicyPreview"];
export type InheritedRules = Schemas["Policies"]["defaults"];
export type MetricRules = InheritedRules[MetricName];
export type Guardrails = Schemas["Policies"]["guardrails"];
export type Review = Schemas["VerdictReview"];

/** Reads around verdicts. Policies and figures are keyed apart from their project, which every scrape makes stale. */
export const verdictQueries = {
  policies: (id: string) =>
    queryOptions({
      queryKey: ["policies", id],
      queryFn: ({ signal }) =>
        unwrap(browserApi.GET("/api/v1/projects/{id}/policies", { params: { path: { id } }, signal })),
    }),
  policyHistory: (id: string, { environment, version }: Pick<PolicyScope, "environment" | "version">) =>
    queryOptions({
      // A version that was added makes another list.
      queryKey: ["policies", id, "history", environment, version],
      queryFn: ({ signal }) =>
        unwrap(
          browserApi.GET("/api/v1/projects/{id}/policies/history", {
            params: { path: { id }, query: environment === null ? {} : { environment } },
            signal,
          }),
        ),
    }),
  quality: (id: string) =>
    queryOptions({
      queryKey: ["verdict-quality", id],
      queryFn: ({ signal }) =>
        unwrap(browserApi.GET("/api/v1/projects/{id}/verdict-quality", { params: { path: { id } }, signal })),
    }),
  review: (id: string) =>
    queryOptions({
      queryKey: ["deployments", id, "review"],
      queryFn: ({ signal }) =>
        unwrap(browserApi.GET("/api/v1/deployments/{id}/review", { params: { path: { id } }, signal })),
    }),
};
