"use client";

import { Download } from "lucide-react";
import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { type DeploymentFilter, type DeploymentOrder, toDeploymentQuery } from "@/api/queries";
import type { Project } from "@/api/types";
import { FilterFold, FilterForm } from "@/components/filter-form";
import { Button } from "@/components/ui/button";
import { Field, Input, Select } from "@/components/ui/field";
import {
  DEPLOYMENT_STATES,
  MARKS,
  PERIODS,
  parseDeploymentFilter,
  parseDeploymentOrder,
  VERDICT_STATES,
  writeDeploymentFilter,
} from "./deployment-filter";

type DeploymentFiltersProps = {
  filter: DeploymentFilter;
  setFilter: (change: DeploymentFilter) => void;
  order: DeploymentOrder;
  projects: readonly Project[];
  services: readonly string[];
};

export function DeploymentFilters({ filter, setFilter, order, projects, services }: DeploymentFiltersProps) {
  const t = useTranslations("deployments");
  const states = useTranslations("states");
  const environments = [...new Set(projects.flatMap((it) => it.environments))].sort();
  const asked = Object.values(filter).filter((it) => it !== undefined).length;
  return (
    <FilterForm
      label={t("filters")}
      className="mb-4 grid grid-cols-2 items-end gap-3 sm:grid-cols-[repeat(auto-fill,minmax(10rem,1fr))]"
      query={writeDeploymentFilter(filter, order)}
      read={(fields) => writeDeploymentFilter(parseDeploymentFilter(fields), parseDeploymentOrder(fields))}
    >
      <SearchField
        value={filter.search ?? ""}
        onSearch={(search) => setFilter({ search: search || undefined })}
      />
      <FilterFold
        count={asked - (filter.search === undefined ? 0 : 1)}
        clear={asked > 0 ? { text: t("clear"), query: writeDeploymentFilter({}, order) } : undefined}
      >
        <Choice
          name="project"
          label={t("project")}
          all={t("allProjects")}
          value={filter.projectId}
          options={projects.map(({ id, name }) => ({ value: id, text: name }))}
          onChoose={(projectId) => setFilter({ projectId, service: undefined })}
        />
        <Choice
          name="environment"
          label={t("environment")}
          all={t("allEnvironments")}
          value={filter.environment}
          options={environments.map((it) => ({ value: it, text: it }))}
          onChoose={(environment) => setFilter({ environment })}
        />
        {services.length > 0 || filter.service !== undefined ? (
          <Choice
            name="service"
            label={t("service")}
            all={t("allServices")}
            value={filter.service}
            options={services.map((it) => ({ value: it, text: it }))}
            onChoose={(service) => setFilter({ service })}
          />
        ) : null}
        <Choice
          name="verdict"
          label={t("verdict")}
          all={t("allVerdicts")}
          value={filter.verdict}
          options={VERDICT_STATES.map((it) => ({ value: it, text: states(`verdict.${it}`) }))}
          onChoose={(verdict) => setFilter({ verdict })}
        />
        <Choice
          name="state"
          label={t("state")}
          all={t("allStates")}
          value={filter.state}
          options={DEPLOYMENT_STATES.map((it) => ({ value: it, text: states(`deployment.${it}`) }))}
          onChoose={(state) => setFilter({ state })}
        />
        <Choice
          name="mark"
          label={t("mark.label")}
          all={t("mark.any")}
          value={filter.mark}
          options={MARKS.map((it) => ({ value: it, text: t(`mark.${it}`) }))}
          onChoose={(mark) => setFilter({ mark })}
        />
        <Choice
          name="period"
          label={t("period")}
          all={t("periods.any")}
          value={filter.period}
          options={PERIODS.map((it) => ({ value: it, text: t(`periods.${it}`) }))}
          onChoose={(period) => setFilter({ period })}
        />
      </FilterFold>
      {Object.entries(order).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
    </FilterForm>
  );
}

type ChoiceProps<T extends string> = {
  name: string;
  label: string;
  all: string;
  value: T | undefined;
  options: readonly { value: T; text: string }[];
  onChoose: (value: T | undefined) => void;
};

function Choice<T extends string>({ name, label, all, value, options, onChoose }: ChoiceProps<T>) {
  return (
    <Field label={label}>
      <Select
        name={name}
        value={value ?? ""}
        onChange={(event) => onChoose(options.find((it) => it.value === event.target.value)?.value)}
      >
        <option value="">{all}</option>
        {options.map((it) => (
          <option key={it.value} value={it.value}>
            {it.text}
          </option>
        ))}
      </Select>
    </Field>
  );
}

const TYPING_MS = 350;

/** Looks for what was typed once nobody types any more. */
function SearchField({ value, onSearch }: { value: string; onSearch: (text: string) => void }) {
  const t = useTranslations("deployments");
  const [typed, setTyped] = useState(value);
  const [shown, setShown] = useState(value);
  if (shown !== value) {
    // Changed elsewhere: cleared, or gone back to.
    setShown(value);
    if (typed.trim() !== value) setTyped(value);
  }
  useEffect(() => {
    if (typed.trim() === value) return;
    const timer = setTimeout(() => onSearch(typed.trim()), TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed, value, onSearch]);
  return (
    <Field label={t("search")} className="col-span-2">
      <Input
        type="search"
        name="q"
        value={typed}
        maxLength={100}
        placeholder={t("searchPlaceholder")}
        onChange={(event) => setTyped(event.target.value)}
      />
    </Field>
  );
}

/** What is on the list, whole, as files. */
export function DeploymentExport({ filter }: { filter: DeploymentFilter }) {
  const t = useTranslations("deployments.export");
  const addressOf = (format: "csv" | "json") => {
    const asked = Object.entries({ ...toDeploymentQuery(filter), format }).filter(
      (it): it is [string, string] => it[1] !== undefined,
    );
    return `/api/v1/deployments/export?${new URLSearchParams(asked)}`;
  };
  return (
    <span className="flex gap-2">
      {(["csv", "json"] as const).map((format) => (
        <Button key={format} asChild size="sm">
          <a href={addressOf(format)} download aria-label={t(format)} suppressHydrationWarning>
            <Download aria-hidden />
            {format.toUpperCase()}
          </a>
        </Button>
      ))}
    </span>
  );
}
