"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import type { Project } from "@/api/types";
import { Section } from "@/components/ui/card";
import { CodeBlock } from "@/components/ui/code-block";
import { Field, Select } from "@/components/ui/field";
import { ApiKeySection } from "./api-key-section";
import { BadgeSection } from "./badge-section";
import { EndpointHistory } from "./endpoint-history";
import { getGateSnippet } from "./gate-snippet";
import { HmacSection } from "./hmac-section";
import { IntegrationGuide } from "./integration-guide";
import { MetricsCode } from "./metrics-code";
import { RepositoriesSection } from "./repositories-section";
import { SourceSection } from "./source-section";
import { SignalStatus } from "./signal-status";
import { getCurlSnippet, getGitHubActionsSnippet } from "./snippets";

type ProjectIntegrationProps = { project: Project; origin: string };

export function ProjectIntegration({ project, origin }: ProjectIntegrationProps) {
  const t = useTranslations("integration");
  const [environment, setEnvironment] = useState(project.environments[0] ?? "prod");
  const own = project.environmentEndpoints.find((it) => it.environment === environment);
  // What a pipeline names has to be the address that measures its environment.
  const metricsEndpoint = own?.activeUrl ?? project.endpoint.activeUrl;
  const values = { origin, environment, metricsEndpoint };
  return (
    <div className="flex flex-col gap-5">
      <IntegrationGuide project={project} />
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-5 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <div className="flex min-w-0 flex-col gap-5">
          {project.endpoint.state === "active" ? <SignalStatus project={project} /> : null}
          <SourceSection project={project} origin={origin} />
        </div>
        <div className="flex min-w-0 flex-col gap-5">
          <ApiKeySection project={project} />
          <HmacSection project={project} />
          <EndpointHistory projectId={project.id} />
        </div>
      </div>
      {project.endpoint.source === "endpoint" ? (
        <MetricsCode project={project} metricsEndpoint={project.endpoint.candidateUrl ?? metricsEndpoint} />
      ) : null}
      <Section
        title={t("ci.title")}
        hint={t("ci.hint")}
        action={
          project.environments.length > 1 ? (
            <Field label={t("ci.environment")} labelHidden className="w-32">
              <Select value={environment} onChange={(e) => setEnvironment(e.target.value)}>
                {project.environments.map((it) => (
                  <option key={it} value={it}>
                    {it}
                  </option>
                ))}
              </Select>
            </Field>
          ) : null
        }
      >
        <p className="mb-3 max-w-prose text-ink-soft text-sm">
          {t.rich("ci.secret", { code: (chunks) => <code className="font-mono text-xs">{chunks}</code> })}
        </p>
        <div className="flex flex-col gap-4">
          <CodeBlock
            title=".github/workflows/deploy.yml"
            code={getGitHubActionsSnippet(values)}
            copyLabel={t("ci.copyActions")}
          />
          <CodeBlock title={t("ci.curl")} code={getCurlSnippet(values)} copyLabel={t("ci.copyCurl")} />
        </div>
      </Section>
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-5 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <Section title={t("gate.title")} hint={t("gate.hint")}>
          <CodeBlock
            title=".github/workflows/deploy.yml"
            code={getGateSnippet(values)}
            copyLabel={t("gate.copy")}
          />
        </Section>
        <BadgeSection project={project} environment={environment} origin={origin} />
      </div>
      <RepositoriesSection project={project} environment={environment} origin={origin} />
    </div>
  );
}
