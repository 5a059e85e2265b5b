"use client";

import { AUDIT_ACTIONS } from "@pulsekeep/contracts/audit-actions";
import { useTranslations } from "next-intl";
import { FilterFold, FilterForm } from "@/components/filter-form";
import { Field, Input, Select } from "@/components/ui/field";
import { findActorKind, parseAuditFilter, writeAuditFilter } from "./audit-filter";
import { useActionName } from "./action-name";
import type { useAuditFilter } from "./use-audit-filter";

export function AuditFilters({ filter, setFilter }: ReturnType<typeof useAuditFilter>) {
  const t = useTranslations("audit");
  const nameOf = useActionName();
  const asked = Object.values(filter).filter((it) => it !== undefined).length;
  return (
    <FilterForm
      label={t("filters")}
      className="mb-4 grid grid-cols-2 gap-3 sm:flex sm:items-end"
      query={writeAuditFilter(filter)}
      read={(fields) => writeAuditFilter(parseAuditFilter(fields))}
    >
      <FilterFold count={asked} clear={asked > 0 ? { text: t("clear"), query: "" } : undefined}>
        <Field label={t("column.action")} className="col-span-2 sm:w-56">
          <Select
            name="action"
            value={filter.action ?? ""}
            onChange={(e) => setFilter({ action: e.target.value || undefined })}
          >
            <option value="">{t("allActions")}</option>
            {AUDIT_ACTIONS.map((action) => (
              <option key={action} value={action}>
                {nameOf(action) ?? action}
              </option>
            ))}
          </Select>
        </Field>
        <Field label={t("column.actor")} className="col-span-2 sm:w-40">
          <Select
            name="by"
            value={filter.actorKind ?? ""}
            onChange={(e) => setFilter({ actorKind: findActorKind(e.target.value) })}
          >
            <option value="">{t("anyActor")}</option>
            {(["user", "worker", "api_key", "system"] as const).map((kind) => (
              <option key={kind} value={kind}>
                {t(`actor.${kind}`)}
              </option>
            ))}
          </Select>
        </Field>
        <Field label={t("fromDay")} className="sm:w-40">
          <Input
            type="date"
            name="from"
            value={filter.fromDay ?? ""}
            max={filter.toDay}
            onChange={(e) => setFilter({ fromDay: e.target.value || undefined })}
          />
        </Field>
        <Field label={t("toDay")} className="sm:w-40">
          <Input
            type="date"
            name="to"
            value={filter.toDay ?? ""}
            min={filter.fromDay}
            onChange={(e) => setFilter({ toDay: e.target.value || undefined })}
          />
        </Field>
      </FilterFold>
    </FilterForm>
  );
}
