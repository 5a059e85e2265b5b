"use client";

import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Rocket } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { queries } from "@/api/queries";
import { PageList } from "@/components/page-list";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { Field, Select } from "@/components/ui/field";
import { VERDICT_STATES } from "./deployment-filter";
import { DeploymentTable } from "./deployment-table";
import { useDeploymentFilter } from "./use-deployment-filter";

export function DeploymentList() {
  const t = useTranslations("deployments");
  const states = useTranslations("states.verdict");
  const { filter, setFilter, clear } = useDeploymentFilter();
  const projects = useQuery(queries.projects());
  const deployments = useInfiniteQuery(queries.deployments(filter));
  const environments = [...new Set(projects.data?.rows.flatMap((it) => it.environments) ?? [])].sort();
  const filtered = Object.values(filter).some((it) => it !== undefined);
  return (
    <>
      <search aria-label={t("filters")} className="mb-4 grid gap-3 sm:flex sm:items-end">
        <Field label={t("project")} className="sm:w-52">
          <Select
            value={filter.projectId ?? ""}
            onChange={(e) => setFilter({ projectId: e.target.value || undefined })}
          >
            <option value="">{t("allProjects")}</option>
            {projects.data?.rows.map((it) => (
              <option key={it.id} value={it.id}>
                {it.name}
              </option>
            ))}
          </Select>
        </Field>
        <Field label={t("environment")} className="sm:w-44">
          <Select
            value={filter.environment ?? ""}
            onChange={(e) => setFilter({ environment: e.target.value || undefined })}
          >
            <option value="">{t("allEnvironments")}</option>
            {environments.map((it) => (
              <option key={it} value={it}>
                {it}
              </option>
            ))}
          </Select>
        </Field>
        <Field label={t("verdict")} className="sm:w-52">
          <Select
            value={filter.verdict ?? ""}
            onChange={(e) => setFilter({ verdict: VERDICT_STATES.find((it) => it === e.target.value) })}
          >
            <option value="">{t("allVerdicts")}</option>
            {VERDICT_STATES.map((it) => (
              <option key={it} value={it}>
                {states(it)}
              </option>
            ))}
          </Select>
        </Field>
        {filtered ? (
          <Button variant="ghost" onClick={clear}>
            {t("clear")}
          </Button>
        ) : null}
      </search>
      <Card className="overflow-hidden">
        <PageList
          query={deployments}
          empty={
            filtered ? (
              <EmptyState icon={Rocket} title={t("noneFound")}>
                {t("noneFoundHint")}
              </EmptyState>
            ) : (
              <EmptyState
                icon={Rocket}
                title={t("empty")}
                action={
                  <Button asChild variant="primary">
                    <Link href="/app/projects">{t("emptyAction")}</Link>
                  </Button>
                }
              >
                {t("emptyHint")}
              </EmptyState>
            )
          }
        >
          {(rows) => <DeploymentTable deployments={rows} />}
        </PageList>
      </Card>
    </>
  );
}
