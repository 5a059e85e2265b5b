"use client";

import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { browserApi } from "@/api/client";
import { unwrap } from "@/api/problem";
import type { Project } from "@/api/types";
import { ConfirmDialog } from "@/components/confirm-dialog";
import { RelativeTime } from "@/components/instant";
import { Reason } from "@/components/reason";
import { Button } from "@/components/ui/button";
import { Section } from "@/components/ui/card";
import { Field, Input } from "@/components/ui/field";
import { EndpointBadge } from "./endpoint-badge";
import { EndpointTestResult } from "./endpoint-test-result";
import { isOtherHost, LeaveHost } from "./leave-host";
import { useProjectMutation } from "./use-project-mutation";

type OwnEndpoint = Project["environmentEndpoints"][number];

/** Which environments are measured at an address of their own, and which at the project's. */
export function EnvironmentEndpoints({ project }: { project: Project }) {
  const t = useTranslations("integration.environments");
  return (
    <Section title={t("title")} hint={t("hint")} bodyClassName="border-t border-line p-0">
      <ul className="divide-y divide-line">
        {project.environments.map((environment) => (
          <EnvironmentRow
            key={environment}
            project={project}
            environment={environment}
            own={project.environmentEndpoints.find((it) => it.environment === environment)}
          />
        ))}
      </ul>
    </Section>
  );
}

type RowProps = { project: Project; environment: string; own: OwnEndpoint | undefined };

function EnvironmentRow({ project, environment, own }: RowProps) {
  const t = useTranslations("integration.environments");
  const endpoint = useTranslations("integration.endpoint");
  const [isOpen, setOpen] = useState(false);
  const params = { path: { id: project.id }, query: { environment } };
  const test = useProjectMutation(project.id, () =>
    unwrap(browserApi.POST("/api/v1/projects/{id}/endpoint/test", { params })),
  );
  const remove = useProjectMutation(project.id, () =>
    unwrap(browserApi.DELETE("/api/v1/projects/{id}/endpoint", { params })),
  );
  return (
    <li className="flex flex-col gap-3 px-5 py-4 text-sm">
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <span className="flex min-w-0 flex-wrap items-center gap-2">
          <span className="font-medium">{environment}</span>
          {own ? <EndpointBadge state={own.state} /> : <span className="text-ink-faint">{t("shared")}</span>}
        </span>
        <span className="flex flex-wrap gap-2">
          {own && own.state !== "blocked" ? (
            <Button size="sm" onClick={() => test.mutate(undefined)} pending={test.isPending}>
              {endpoint(own.candidateUrl ? "test" : "testAgain")}
            </Button>
          ) : null}
          {own?.state === "blocked" ? null : (
            <Button size="sm" variant="ghost" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
              {t(own ? "change" : "add")}
            </Button>
          )}
          {own && own.state !== "blocked" ? (
            <ConfirmDialog
              trigger={(open) => (
                <Button size="sm" variant="danger-quiet" onClick={open}>
                  {t("remove")}
                </Button>
              )}
              title={t("removeTitle", { environment })}
              description={t("removeDescription")}
              confirmLabel={t("remove")}
              onConfirm={() => remove.mutateAsync(undefined)}
            />
          ) : null}
        </span>
      </div>
      {own ? <OwnFacts own={own} /> : null}
      {isOpen ? (
        <AddressForm
          project={project}
          environment={environment}
          own={own}
          onSaved={() => {
            test.reset();
            setOpen(false);
          }}
        />
      ) : null}
      {test.data ? <EndpointTestResult result={test.data} /> : null}
    </li>
  );
}

function OwnFacts({ own }: { own: OwnEndpoint }) {
  const t = useTranslations("integration.endpoint");
  const rows = [
    [t("active"), own.activeUrl ?? t("none")],
    ...(own.candidateUrl ? [[t("candidate"), own.candidateUrl]] : []),
  ];
  return (
    <dl className="grid grid-cols-[auto_1fr] gap-x-5 gap-y-1.5">
      {rows.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="text-ink-faint">{name}</dt>
          <dd className="truncate font-mono text-xs leading-5">{value}</dd>
        </div>
      ))}
      <dt className="text-ink-faint">{t("lastTested")}</dt>
      <dd>
        {own.lastTestedAt ? <RelativeTime at={own.lastTestedAt} /> : t("never")}
        {own.lastTestErrorCode || own.lastScrapeErrorCode ? (
          <>
            {" · "}
            <Reason code={own.lastTestErrorCode ?? own.lastScrapeErrorCode ?? ""} className="text-danger" />
          </>
        ) : null}
      </dd>
    </dl>
  );
}

function AddressForm({ project, environment, own, onSaved }: RowProps & { onSaved: () => void }) {
  const t = useTranslations("integration.endpoint");
  const [url, setUrl] = useState(own?.candidateUrl ?? own?.activeUrl ?? "");
  const [invalid, setInvalid] = useState(false);
  const [migrateHost, setMigrateHost] = useState(false);
  const save = useProjectMutation(
    project.id,
    (next: string) =>
      unwrap(
        browserApi.PUT("/api/v1/projects/{id}/endpoint", {
          params: { path: { id: project.id } },
          body: { url: next, migrateHost, environment },
        }),
      ),
    onSaved,
  );
  const next = url.trim();
  const isUrl = /^https?:\/\//.test(next) && URL.canParse(next);
  const leavesHost = isOtherHost(url, own?.hostLock ?? null);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setInvalid(!isUrl);
    if (isUrl) save.mutate(next);
  };
  return (
    <form onSubmit={submit} noValidate className="flex flex-col gap-3">
      <div className="flex flex-col gap-3 sm:flex-row sm:items-start">
        <Field label={t("url")} error={invalid ? t("invalid") : undefined} className="flex-1">
          <Input
            type="url"
            inputMode="url"
            value={url}
            onChange={(e) => setUrl(e.target.value)}
            placeholder={`https://${environment}.example.com/seqpulse-metrics`}
            autoComplete="off"
          />
        </Field>
        <Button type="submit" size="field" pending={save.isPending} className="sm:mt-6.5">
          {t("save")}
        </Button>
      </div>
      {leavesHost ? (
        <LeaveHost host={own?.hostLock ?? null} checked={migrateHost} onChange={setMigrateHost} />
      ) : null}
    </form>
  );
}
