"use client";

import { Plus } from "lucide-react";
import { useFormatter, useTranslations } from "next-intl";
import { useState } from "react";
import { useFormContext, useWatch } from "react-hook-form";
import { Button } from "@/components/ui/button";
import { Field, Input } from "@/components/ui/field";
import { DateChips } from "./date-chips";
import type { PulseFormValues } from "./pulse-form-values";
import { WeekdayPicker } from "./weekday-picker";
import { ZonedTimeField } from "./zoned-time-field";

type Rest = PulseFormValues["rest"];

const MOST_REST_DAYS = 6;

/** Days on which the pulse stays silent, whatever its schedule says. */
export function RestFields() {
  const t = useTranslations("pulseForm.rest");
  const form = useFormContext<PulseFormValues>();
  const { rest: faults } = form.formState.errors;
  const [rest, timeZone] = useWatch<PulseFormValues, ["rest", "timeZone"]>({ name: ["rest", "timeZone"] });
  const set = (change: Partial<Rest>) =>
    form.setValue(
      "rest",
      { ...rest, ...change },
      { shouldDirty: true, shouldValidate: faults !== undefined },
    );
  return (
    <>
      <WeekdayPicker
        legend={t("weekdays")}
        chosen={rest.restWeekdays}
        onChange={(restWeekdays) => set({ restWeekdays })}
        error={rest.restWeekdays.length > MOST_REST_DAYS ? t("oneOpen") : undefined}
      />
      <SkipDates dates={rest.skipDates} onChange={(skipDates) => set({ skipDates })} />
      <Freezes freezes={rest.freezes} onChange={(freezes) => set({ freezes })} />
      <div className="flex flex-wrap items-end gap-2">
        <ZonedTimeField
          label={t("pausedUntil")}
          hint={t("pausedUntilHint")}
          error={faults?.pausedUntil && t("pausedUntilError")}
          value={rest.pausedUntil ?? ""}
          timeZone={timeZone}
          onChange={(instant) => set({ pausedUntil: instant === "" ? null : instant })}
        />
      </div>
    </>
  );
}

function useDateText(): (date: string) => string {
  const format = useFormatter();
  return (date) => format.dateTime(new Date(`${date}T00:00:00Z`), { dateStyle: "medium", timeZone: "UTC" });
}

type SkipDatesProps = { dates: readonly string[]; onChange: (dates: string[]) => void };

function SkipDates({ dates, onChange }: SkipDatesProps) {
  const t = useTranslations("pulseForm.rest");
  const write = useDateText();
  const [date, setDate] = useState("");
  const add = () => {
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
      <DateChips
        label={t("dates")}
        chips={dates.map((it) => ({
          key: it,
          text: write(it),
          remove: t("remove", { date: write(it) }),
          onRemove: () => onChange(dates.filter((other) => other !== it)),
        }))}
      />
    </div>
  );
}

type Freeze = Rest["freezes"][number];
type FreezesProps = { freezes: readonly Freeze[]; onChange: (freezes: Freeze[]) => void };

/** Stretches of days on which the streak is left to rest. */
function Freezes({ freezes, onChange }: FreezesProps) {
  const t = useTranslations("pulseForm.rest");
  const write = useDateText();
  const [freeze, setFreeze] = useState<Freeze>({ fromDate: "", untilDate: "" });
  const { fromDate, untilDate } = freeze;
  const whole = fromDate !== "" && untilDate !== "";
  const backwards = whole && untilDate < fromDate;
  const add = () => {
    onChange([...freezes, freeze].sort((a, b) => a.fromDate.localeCompare(b.fromDate)));
    setFreeze({ fromDate: "", untilDate: "" });
  };
  const rangeOf = (it: Freeze) => t("range", { from: write(it.fromDate), until: write(it.untilDate) });
  return (
    <div>
      <div className="grid grid-cols-2 items-start gap-2 sm:grid-cols-[12rem_12rem_auto]">
        <Field label={t("freezeFrom")}>
          <Input
            type="date"
            value={fromDate}
            onChange={(event) => setFreeze({ ...freeze, fromDate: event.target.value })}
          />
        </Field>
        <Field label={t("freezeUntil")} error={backwards ? t("freezeBackwards") : undefined}>
          <Input
            type="date"
            value={untilDate}
            onChange={(event) => setFreeze({ ...freeze, untilDate: event.target.value })}
          />
        </Field>
        <Button
          onClick={add}
          disabled={!whole || backwards}
          size="field"
          className="justify-self-start sm:mt-6.5"
        >
          <Plus aria-hidden />
          {t("addFreeze")}
        </Button>
      </div>
      <DateChips
        label={t("freezes")}
        chips={freezes.map((it, index) => ({
          key: `${it.fromDate} ${it.untilDate} ${index}`,
          text: rangeOf(it),
          remove: t("remove", { date: rangeOf(it) }),
          onRemove: () => onChange(freezes.filter((_, other) => other !== index)),
        }))}
      />
    </div>
  );
}
