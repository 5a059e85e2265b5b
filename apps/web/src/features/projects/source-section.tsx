"use client";

import dynamic from "next/dynamic";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { browserApi } from "@/api/client";
import { unwrap } from "@/api/problem";
import type { Project } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Section } from "@/components/ui/card";
import { CodeBlock } from "@/components/ui/code-block";
import { Field, Select } from "@/components/ui/field";
import { EndpointSection } from "./endpoint-section";
import { EnvironmentEndpoints } from "./environment-endpoints";
import { getOtlpSnippet, getPushSnippet } from "./snippets";
import { useProjectMutation } from "./use-project-mutation";

// Few projects use it, and it brings a form of nine fields along.
const PrometheusForm = dynamic(() => import("./prometheus-form").then((it) => it.PrometheusForm));

const SOURCES = ["endpoint", "push", "prometheus"] as const;
type Source = (typeof SOURCES)[number];

/** Where a project's samples come from: we ask, the service tells, or Prometheus knows. */
export function SourceSection({ project, origin }: { project: Project; origin: string }) {
  const t = useTranslations("integration.source");
  const [shown, setShown] = useState<Source>(project.endpoint.source);
  return (
    <div className="flex flex-col gap-5">
      <Section title={t("title")} hint={t("hint")}>
        <Field label={t("label")} hint={t(`${shown}.hint`)}>
          <Select
            value={shown}
            onChange={(e) => setShown(SOURCES.find((it) => it === e.target.value) ?? "endpoint")}
          >
            {SOURCES.map((source) => (
              <option key={source} value={source}>
                {project.endpoint.source === source
                  ? t("inUse", { source: t(`${source}.name`) })
                  : t(`${source}.name`)}
              </option>
            ))}
          </Select>
        </Field>
        {shown === project.endpoint.source || shown === "prometheus" ? null : (
          <UseSource project={project} source={shown} />
        )}
      </Section>
      {shown === "endpoint" ? <EndpointSection project={project} /> : null}
      {project.environments.length > 1 || project.environmentEndpoints.length > 0 ? (
        <EnvironmentEndpoints project={project} />
      ) : null}
      {shown === "push" ? <PushSection origin={origin} /> : null}
      {shown === "prometheus" ? <PrometheusForm project={project} /> : null}
    </div>
  );
}

/** The endpoint becomes the source by its test; it has a button only where it was tested before. */
function UseSource({ project, source }: { project: Project; source: "endpoint" | "push" }) {
  const t = useTranslations("integration.source");
  const use = useProjectMutation(project.id, () =>
    unwrap(
      browserApi.PUT("/api/v1/projects/{id}/source", {
        params: { path: { id: project.id } },
        body: { source },
      }),
    ),
  );
  if (source === "endpoint" && project.endpoint.activeUrl === null) return null;
  return (
    <Button variant="primary" className="mt-4" onClick={() => use.mutate(undefined)} pending={use.isPending}>
      {t("use")}
    </Button>
  );
}

function PushSection({ origin }: { origin: string }) {
  const t = useTranslations("integration.source.push");
  return (
    <Section title={t("title")} hint={t("rules")}>
      <div className="flex flex-col gap-4">
        <CodeBlock title={t("curl")} code={getPushSnippet(origin)} copyLabel={t("copyCurl")} />
        <CodeBlock title={t("otlp")} code={getOtlpSnippet(origin)} copyLabel={t("copyOtlp")} />
      </div>
    </Section>
  );
}
