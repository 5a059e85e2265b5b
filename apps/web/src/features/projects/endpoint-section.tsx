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

/** Candidate, test, active: an address is scraped only after it has answered once. */
export function EndpointSection({ project }: { project: Project }) {
  const t = useTranslations("integration.endpoint");
  const { endpoint } = project;
  const [url, setUrl] = useState(endpoint.candidateUrl ?? endpoint.activeUrl ?? "");
  const [invalid, setInvalid] = useState(false);
  const path = { params: { path: { id: project.id } } };
  const [migrateHost, setMigrateHost] = useState(false);
  const save = useProjectMutation(project.id, (next: string) =>
    unwrap(browserApi.PUT("/api/v1/projects/{id}/endpoint", { ...path, body: { url: next, migrateHost } })),
  );
  const block = useProjectMutation(project.id, (blocked: boolean) =>
    unwrap(browserApi.PUT("/api/v1/projects/{id}/endpoint/block", { ...path, body: { blocked } })),
  );
  const leavesHost = isOtherHost(url, endpoint.hostLock);
  const test = useProjectMutation(project.id, () =>
    unwrap(browserApi.POST("/api/v1/projects/{id}/endpoint/test", path)),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const next = url.trim();
    const valid = /^https?:\/\//.test(next) && URL.canParse(next);
    setInvalid(!valid);
    test.reset();
    if (valid) save.mutate(next);
  };
  return (
    <Section title={t("title")} hint={t("hint")} action={<EndpointBadge state={endpoint.state} />}>
      <form onSubmit={submit} noValidate className="flex flex-col gap-3 sm:flex-row sm:items-start">
        <Field label={t("url")} error={invalid ? t("invalid") : undefined} className="flex-1">
          <Input
            type="url"
            inputMode="url"
            value={url}
            onChange={(e) => setUrl(e.target.value)}
            placeholder="https://api.example.com/seqpulse-metrics"
            autoComplete="off"
          />
        </Field>
        <Button type="submit" size="field" pending={save.isPending} className="sm:mt-6.5">
          {t("save")}
        </Button>
      </form>
      {leavesHost ? (
        <LeaveHost
          host={endpoint.hostLock}
          checked={migrateHost}
          onChange={setMigrateHost}
          className="mt-3"
        />
      ) : null}
      <dl className="mt-4 grid grid-cols-[auto_1fr] gap-x-5 gap-y-2 text-sm">
        <dt className="text-ink-faint">{t("active")}</dt>
        <dd className="truncate font-mono text-xs leading-5">{endpoint.activeUrl ?? t("none")}</dd>
        {endpoint.candidateUrl ? (
          <>
            <dt className="text-ink-faint">{t("candidate")}</dt>
            <dd className="truncate font-mono text-xs leading-5">{endpoint.candidateUrl}</dd>
          </>
        ) : null}
        {endpoint.hostLock ? (
          <>
            <dt className="text-ink-faint">{t("hostLock")}</dt>
            <dd className="truncate font-mono text-xs leading-5">{endpoint.hostLock}</dd>
          </>
        ) : null}
        <dt className="text-ink-faint">{t("changes")}</dt>
        <dd className="num">
          {t("changesUsed", { path: countOf(project.changes.path), host: countOf(project.changes.host) })}
        </dd>
        <dt className="text-ink-faint">{t("baselineVersion")}</dt>
        <dd className="num">{endpoint.baselineVersion}</dd>
        <dt className="text-ink-faint">{t("lastTested")}</dt>
        <dd>
          {endpoint.lastTestedAt ? <RelativeTime at={endpoint.lastTestedAt} /> : t("never")}
          {endpoint.lastTestErrorCode ? (
            <>
              {" · "}
              <Reason code={endpoint.lastTestErrorCode} className="text-danger" />
            </>
          ) : null}
        </dd>
        {endpoint.lastTestErrorCode && endpoint.lastVerifiedAt ? (
          <>
            <dt className="text-ink-faint">{t("lastVerified")}</dt>
            <dd>
              <RelativeTime at={endpoint.lastVerifiedAt} />
            </dd>
          </>
        ) : null}
      </dl>
      <div className="mt-4 flex flex-wrap gap-2">
        {(endpoint.candidateUrl || endpoint.activeUrl) && endpoint.state !== "blocked" ? (
          <Button variant="primary" onClick={() => test.mutate(undefined)} pending={test.isPending}>
            {t(endpoint.candidateUrl ? "test" : "testAgain")}
          </Button>
        ) : null}
        {endpoint.state === "blocked" ? (
          <Button onClick={() => block.mutate(false)} pending={block.isPending}>
            {t("unblock")}
          </Button>
        ) : endpoint.state === "active" ? (
          <ConfirmDialog
            trigger={(open) => (
              <Button variant="danger-quiet" onClick={open}>
                {t("block")}
              </Button>
            )}
            title={t("blockTitle")}
            description={t("blockDescription")}
            confirmLabel={t("block")}
            onConfirm={() => block.mutateAsync(true)}
          />
        ) : null}
      </div>
      {test.data ? <EndpointTestResult result={test.data} /> : null}
    </Section>
  );
}

const countOf = ({ used, limit }: { used: number; limit: number | null }): string =>
  limit === null ? String(used) : `${used}/${limit}`;
