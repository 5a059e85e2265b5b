"use client";

import { CircleCheck, OctagonAlert, TriangleAlert } from "lucide-react";
import { useTranslations } from "next-intl";
import type { System } from "@/api/types";
import { cn } from "@/components/ui/cn";
import { useMeasures } from "./use-measures";

type Warning = System["warnings"][number];

/** Codes whose value is a time in ms; of the others it is a count or a percentage. */
const TIMED: ReadonlySet<Warning["code"]> = new Set([
  "loop_standing_still",
  "work_overdue",
  "database_transaction_old",
  "key_rotation_due",
  "key_expired",
  "audit_log_waiting",
  "audit_log_unsigned",
]);

/** What needs somebody's attention, in words, the critical things first. */
export function SystemWarnings({ warnings }: { warnings: readonly Warning[] }) {
  const t = useTranslations("admin.warnings");
  if (warnings.length === 0) {
    return (
      <p
        role="status"
        className="flex items-center gap-2.5 rounded-lg bg-ok-soft px-5 py-3.5 text-ok text-sm"
      >
        <CircleCheck aria-hidden className="size-4.5 shrink-0" />
        {t("none")}
      </p>
    );
  }
  return (
    <ul role="status" aria-label={t("label")} className="flex flex-col gap-2">
      {warnings.map((warning) => (
        <SystemWarning key={`${warning.code} ${warning.subject}`} warning={warning} />
      ))}
    </ul>
  );
}

function SystemWarning({ warning: { code, severity, subject, value } }: { warning: Warning }) {
  const t = useTranslations("admin.warnings");
  const { number, duration } = useMeasures();
  const critical = severity === "critical";
  const Icon = critical ? OctagonAlert : TriangleAlert;
  const written = value === null ? "" : TIMED.has(code) ? duration(value) : number(value);
  return (
    <li
      className={cn(
        "flex items-start gap-2.5 rounded-lg px-5 py-3.5 text-sm",
        critical ? "bg-danger-soft text-danger" : "bg-warning-soft text-warning",
      )}
    >
      <Icon aria-hidden className="mt-0.5 size-4.5 shrink-0" />
      <span>
        <span className="font-semibold">{t(severity)}</span>{" "}
        {t(code, { subject: subject ?? "", value: written })}
      </span>
    </li>
  );
}
