"use client";

import { PROMETHEUS_PRESETS, type PrometheusPreset } from "@pulsekeep/contracts/prometheus-presets";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { browserApi } from "@/api/client";
import { unwrap } from "@/api/problem";
import type { Project } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Section } from "@/components/ui/card";
import { Field, Input, Select, Textarea } from "@/components/ui/field";
import { METRICS } from "../deployments/use-metric-format";
import { EndpointTestResult } from "./endpoint-test-result";
import { formatLabels, parseLabels } from "./prometheus-labels";
import { useProjectMutation } from "./use-project-mutation";

const PRESETS = Object.keys(PROMETHEUS_PRESETS) as PrometheusPreset[];
type Queries = Record<(typeof METRICS)[number], string>;

/** Prometheus as the source: an address, matchers, and one query per metric, kept once they have answered. */
export function PrometheusForm({ project }: { project: Project }) {
  const t = useTranslations("integration.source.prometheus");
  const names = useTranslations("metrics.name");
  const kept = project.endpoint.prometheus;
  const [baseUrl, setBaseUrl] = useState(kept?.baseUrl ?? "");
  const [labels, setLabels] = useState(formatLabels(kept?.labels ?? {}));
  const [windowSeconds, setWindowSeconds] = useState(kept?.windowSeconds ?? 60);
  const [token, setToken] = useState("");
  const [queries, setQueries] = useState<Queries>(kept?.queries ?? PROMETHEUS_PRESETS.opentelemetry);
  const parsed = parseLabels(labels);
  const validUrl = /^https?:\/\//.test(baseUrl.trim()) && URL.canParse(baseUrl.trim());
  const isOtherHost =
    project.endpoint.hostLock !== null &&
    validUrl &&
    new URL(baseUrl.trim()).host !== project.endpoint.hostLock;
  const [migrateHost, setMigrateHost] = useState(false);
  const [isSent, setSent] = useState(false);
  const body = () => ({
    baseUrl: baseUrl.trim(),
    labels: parsed ?? {},
    windowSeconds,
    queries,
    migrateHost,
    ...(token === "" ? {} : { token }),
  });
  const path = { params: { path: { id: project.id } } };
  const test = useProjectMutation(project.id, () =>
    unwrap(browserApi.POST("/api/v1/projects/{id}/prometheus/test", { ...path, body: body() })),
  );
  const save = useProjectMutation(project.id, () =>
    unwrap(browserApi.PUT("/api/v1/projects/{id}/prometheus", { ...path, body: body() })),
  );
  const run = (mutation: typeof test) => (event: FormEvent) => {
    event.preventDefault();
    setSent(true);
    test.reset();
    save.reset();
    if (validUrl && parsed) mutation.mutate(undefined);
  };
  return (
    <Section title={t("title")} hint={t("rules")}>
      <form onSubmit={run(save)} noValidate className="grid gap-4 sm:grid-cols-2">
        <Field
          label={t("baseUrl")}
          error={isSent && !validUrl ? t("baseUrlError") : undefined}
          className="sm:col-span-2"
        >
          <Input
            type="url"
            inputMode="url"
            value={baseUrl}
            onChange={(e) => setBaseUrl(e.target.value)}
            placeholder="https://prometheus.example.com"
            autoComplete="off"
          />
        </Field>
        <Field label={t("labels")} hint={t("labelsHint")} error={parsed ? undefined : t("labelsError")}>
          <Input
            value={labels}
            onChange={(e) => setLabels(e.target.value)}
            placeholder={formatLabels({ job: "checkout", namespace: "prod" })}
            spellCheck={false}
            autoComplete="off"
            className="font-mono"
          />
        </Field>
        <Field label={t("window")} hint={t("windowHint")}>
          <Input
            type="number"
            inputMode="numeric"
            min={15}
            max={900}
            value={windowSeconds}
            onChange={(e) => setWindowSeconds(Number(e.target.value))}
            className="num"
          />
        </Field>
        <Field label={t("token")} hint={kept?.hasToken ? t("tokenKept") : t("tokenHint")}>
          <Input
            type="password"
            value={token}
            onChange={(e) => setToken(e.target.value)}
            autoComplete="off"
          />
        </Field>
        <Field label={t("preset")} hint={t("presetHint")}>
          <Select
            value=""
            onChange={(e) => {
              const preset = PRESETS.find((it) => it === e.target.value);
              if (preset) setQueries(PROMETHEUS_PRESETS[preset]);
            }}
          >
            <option value="">{t("presetChoose")}</option>
            {PRESETS.map((preset) => (
              <option key={preset} value={preset}>
                {t(`presets.${preset}`)}
              </option>
            ))}
          </Select>
        </Field>
        {METRICS.map((metric) => (
          <Field key={metric} label={t("query", { metric: names(metric) })} className="sm:col-span-2">
            <Textarea
              value={queries[metric]}
              onChange={(e) => setQueries({ ...queries, [metric]: e.target.value })}
              rows={2}
              maxLength={2_000}
              spellCheck={false}
              className="font-mono text-xs"
            />
          </Field>
        ))}
        {isOtherHost ? (
          <label className="flex items-start gap-2 text-sm sm:col-span-2">
            <input
              type="checkbox"
              checked={migrateHost}
              onChange={(e) => setMigrateHost(e.target.checked)}
              className="mt-0.5 size-4 accent-accent"
            />
            {t("migrate", { host: project.endpoint.hostLock ?? "" })}
          </label>
        ) : null}
        <div className="flex flex-wrap justify-end gap-2 sm:col-span-2">
          <Button onClick={run(test)} pending={test.isPending}>
            {t("test")}
          </Button>
          <Button type="submit" variant="primary" pending={save.isPending}>
            {t("save")}
          </Button>
        </div>
      </form>
      {test.data ? <EndpointTestResult result={test.data} tried /> : null}
      {save.data ? <EndpointTestResult result={save.data} /> : null}
    </Section>
  );
}
