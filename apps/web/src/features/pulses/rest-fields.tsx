"use client";

import { Plus, X } from "lucide-react";
import { useFormatter, useTranslations } from "next-intl";
import { useState } from "react";
import { useFormContext, useWatch } from "react-hook-form";
import { Button } from "@/components/ui/button";
import { Field, Input } from "@/components/ui/field";
import type { PulseFormValues } from "./pulse-form-values";
import { WeekdayPicker } from "./weekday-picker";

const MOST_REST_DAYS = 6;

/** Days on which the pulse stays silent, whatever its schedule says. */
export function RestFields() {
  const t = useTranslations("pulseForm.rest");
  const form = useFormContext<PulseFormValues>();
  const rest = useWatch<PulseFormValues, "rest">({ name: "rest" });
  const set = (change: Partial<PulseFormValues["rest"]>) =>
    form.setValue("rest", { ...rest, ...change }, { shouldDirty: true });
  return (
    <>
      <WeekdayPicker
        legend={t("weekdays")}
        chosen={rest.restWeekdays}
        onChange={(restWeekdays) => set({ restWeekdays })}
        error={rest.restWeekdays.length > MOST_REST_DAYS ? t("oneOpen") : undefined}
      />
      <SkipDates dates={rest.skipDates} onChange={(skipDates) => set({ skipDates })} />
    </>
  );
}

type SkipDatesProps = { dates: readonly string[]; onChange: (dates: string[]) => void };

function SkipDates({ dates, onChange }: SkipDatesProps) {
  const t = useTranslations("pulseForm.rest");
  const format = useFormatter();
  const [date, setDate] = useState("");
  const write = (it: string) =>
    format.dateTime(new Date(`${it}T00:00:00Z`), { dateStyle: "medium", timeZone: "UTC" });
  const add = () => {
    if (date === "") return;
    onChange([...new Set([...dates, date])].sort());
    setDate("");
  };
  return (
    <div>
      <div className="flex items-end gap-2">
        <Field label={t("date")} className="w-48">
          <Input type="date" value={date} onChange={(event) => setDate(event.target.value)} />
        </Field>
        <Button onClick={add} disabled={date === ""} size="field">
          <Plus aria-hidden />
          {t("add")}
        </Button>
      </div>
      {dates.length > 0 ? (
        <ul aria-label={t("dates")} className="mt-2.5 flex flex-wrap gap-1.5">
          {dates.map((it) => (
            <li
              key={it}
              className="flex items-center gap-1 rounded-md border border-line bg-sunken py-0.5 pr-0.5 pl-2.5 text-sm"
            >
              {write(it)}
              <Button
                variant="ghost"
                size="icon-sm"
                aria-label={t("remove", { date: write(it) })}
                onClick={() => onChange(dates.filter((other) => other !== it))}
              >
                <X aria-hidden />
              </Button>
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  );
}
