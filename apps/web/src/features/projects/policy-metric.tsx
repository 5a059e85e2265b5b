"use client";

import { useFormatter, useTranslations } from "next-intl";
import type { MetricName } from "@/api/types";
import type { Guardrails, MetricRules } from "@/api/verdict-queries";
import { Section } from "@/components/ui/card";
import { Field, Input, Select } from "@/components/ui/field";
import {
  type DraftErrors,
  type DraftField,
  limitFactor,
  type MetricDraft,
  ROLES,
  type Role,
  roleOf,
  shownFactor,
} from "./policy-draft";

type PolicyMetricProps = {
  metric: MetricName;
  draft: MetricDraft;
  /** What holds where nothing is typed. */
  inherited: MetricRules;
  classic: Guardrails[MetricName];
  errors: DraftErrors;
  onChange: (draft: MetricDraft) => void;
};

const DIRECTIONS = ["higher_is_worse", "lower_is_worse", "two_sided"] as const;

/** The rules of one metric; an empty field shows what it inherits. */
export function PolicyMetric({ metric, draft, inherited, classic, errors, onChange }: PolicyMetricProps) {
  const t = useTranslations("policy");
  const names = useTranslations("metrics.name");
  const format = useFormatter();
  const inheritedRole = roleOf(inherited) || "judged";
  const number = (field: DraftField, value: number) => (
    <Input
      value={draft[field]}
      onChange={(event) => onChange({ ...draft, [field]: event.target.value })}
      placeholder={format.number(value, { maximumSignificantDigits: 6 })}
      inputMode="decimal"
      autoComplete="off"
      className="num"
    />
  );
  const error = (field: DraftField) => (errors[`${metric}.${field}`] ? t("notANumber") : undefined);
  return (
    <Section title={names(metric)}>
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label={t("role.label")}>
          <Select
            value={draft.role}
            onChange={(event) => onChange({ ...draft, role: event.target.value as Role })}
          >
            <option value="">{t("inheritedAs", { value: t(`role.${inheritedRole}`) })}</option>
            {ROLES.map((role) => (
              <option key={role} value={role}>
                {t(`role.${role}`)}
              </option>
            ))}
          </Select>
        </Field>
        <Field label={t("direction.label")}>
          <Select
            value={draft.direction}
            onChange={(event) =>
              onChange({ ...draft, direction: event.target.value as MetricDraft["direction"] })
            }
          >
            <option value="">{t("inheritedAs", { value: t(`direction.${inherited.direction}`) })}</option>
            {DIRECTIONS.map((direction) => (
              <option key={direction} value={direction}>
                {t(`direction.${direction}`)}
              </option>
            ))}
          </Select>
        </Field>
        <Field label={t("smallestRelative")} error={error("smallestRelative")}>
          {number("smallestRelative", inherited.smallestRelative * 100)}
        </Field>
        <Field label={t(`smallestAbsolute.${UNITS[metric]}`)} error={error("smallestAbsolute")}>
          {number("smallestAbsolute", inherited.smallestAbsolute * shownFactor(metric))}
        </Field>
        <Field label={t("guardrail.label")} hint={t("guardrail.hint")}>
          <Select
            value={draft.guardrail}
            onChange={(event) =>
              onChange({ ...draft, guardrail: event.target.value as MetricDraft["guardrail"] })
            }
          >
            <option value="">
              {t("inheritedAs", { value: t(inherited.guardrail ? "guardrail.on" : "guardrail.off") })}
            </option>
            <option value="on">{t("guardrail.on")}</option>
            <option value="off">{t("guardrail.off")}</option>
          </Select>
        </Field>
        {draft.guardrail === "on" ? (
          <Field label={t(`limit.${LIMIT_UNITS[metric]}`)} error={error("limit")}>
            {number("limit", (inherited.guardrail ?? classic).limit * limitFactor(metric))}
          </Field>
        ) : null}
      </div>
    </Section>
  );
}

const UNITS = {
  latency_p95: "ms",
  requests_per_sec: "perSecond",
  error_rate: "points",
  cpu_usage: "points",
  memory_usage: "points",
} as const;
const LIMIT_UNITS = { ...UNITS, requests_per_sec: "traffic" } as const;
