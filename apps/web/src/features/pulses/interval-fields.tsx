"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { Field, Input, Select } from "@/components/ui/field";
import { INTERVAL_UNITS, type IntervalUnit, splitInterval } from "./interval-units";

type IntervalFieldsProps = { minutes: number; onChange: (minutes: number) => void; error?: string };

/** "Every 6 hours": a number and its unit. */
export function IntervalFields({ minutes, onChange, error }: IntervalFieldsProps) {
  const t = useTranslations("pulseForm.every");
  const [unit, setUnit] = useState<IntervalUnit>(() => splitInterval(minutes).unit);
  const amount = minutes / INTERVAL_UNITS[unit];
  return (
    <>
      <Field label={t("amount")} error={error}>
        <Input
          type="number"
          inputMode="numeric"
          min={1}
          className="num"
          value={Number.isFinite(amount) ? amount : ""}
          onChange={(event) => onChange(event.target.valueAsNumber * INTERVAL_UNITS[unit])}
        />
      </Field>
      <Field label={t("unit")}>
        <Select
          value={unit}
          onChange={(event) => {
            const next = event.target.value as IntervalUnit;
            setUnit(next);
            onChange(amount * INTERVAL_UNITS[next]);
          }}
        >
          <option value="minutes">{t("minutes")}</option>
          <option value="hours">{t("hours")}</option>
          <option value="days">{t("days")}</option>
        </Select>
      </Field>
    </>
  );
}
