"use client";

import { useTranslations } from "next-intl";
import { useFormContext, useWatch } from "react-hook-form";
import { Field, Input, Select } from "@/components/ui/field";
import { ChoiceCards } from "./choice-cards";
import { DEFAULT_CRON, DEFAULT_TIMES, type PulseFormValues } from "./pulse-form-values";
import { WeekdayPicker } from "./weekday-picker";

export function ScheduleFields({ timeZones }: { timeZones: readonly string[] }) {
  const t = useTranslations("pulseForm");
  const form = useFormContext<PulseFormValues>();
  const schedule = useWatch<PulseFormValues, "schedule">({ name: "schedule" });
  const { defaultValues, errors } = form.formState;
  const original = defaultValues?.schedule as PulseFormValues["schedule"] | undefined;
  // Kinds that only the API offers stay what they are until another one is chosen.
  const keeps = original?.kind === "every" || original?.kind === "once" ? original : undefined;
  const choose = (kind: "times" | "cron" | "keep") => {
    const fallback = kind === "times" ? DEFAULT_TIMES : DEFAULT_CRON;
    const next = kind === "keep" ? keeps : original?.kind === kind ? original : fallback;
    if (next) form.setValue("schedule", next, { shouldDirty: true });
    form.clearErrors("schedule");
  };
  return (
    <div className="flex flex-col gap-5">
      <ChoiceCards
        legend={t("scheduleKind")}
        value={schedule.kind === "times" || schedule.kind === "cron" ? schedule.kind : "keep"}
        onChange={choose}
        className="sm:grid-cols-2"
        choices={[
          { value: "times", label: t("times.label"), hint: t("times.hint") },
          { value: "cron", label: t("cron.label"), hint: t("cron.hint") },
          ...(keeps ? [{ value: "keep" as const, label: t("keep.label"), hint: t("keep.hint") }] : []),
        ]}
      />
      {schedule.kind === "times" ? <TimesFields /> : null}
      {schedule.kind === "cron" ? (
        <Field
          label={t("cron.expression")}
          hint={t("cron.expressionHint")}
          error={errors.schedule && t("errors.cron")}
        >
          <Input
            {...form.register("schedule.expression")}
            autoComplete="off"
            spellCheck={false}
            className="font-mono"
            maxLength={200}
          />
        </Field>
      ) : null}
      <Field label={t("timeZone")} error={errors.timeZone && t("errors.timeZone")} className="sm:max-w-72">
        <Select {...form.register("timeZone")}>
          {timeZones.map((it) => (
            <option key={it} value={it}>
              {it.replaceAll("_", " ")}
            </option>
          ))}
        </Select>
      </Field>
    </div>
  );
}

const HOURS = Array.from({ length: 25 }, (_, hour) => hour);
const COUNTS = Array.from({ length: 24 }, (_, index) => index + 1);

function TimesFields() {
  const t = useTranslations("pulseForm");
  const form = useFormContext<PulseFormValues>();
  const schedule = useWatch<PulseFormValues, "schedule">({ name: "schedule" });
  if (schedule.kind !== "times") return null;
  const clock = (hour: number) => `${String(hour).padStart(2, "0")}:00`;
  const wrongHours = schedule.fromHour >= schedule.untilHour;
  const set = (change: Partial<typeof schedule>) =>
    form.setValue(
      "schedule",
      { ...schedule, ...change },
      { shouldDirty: true, shouldValidate: form.formState.isSubmitted },
    );
  return (
    <>
      <div className="grid grid-cols-2 gap-4 sm:grid-cols-4">
        <Field label={t("times.count")}>
          <Select
            value={schedule.count}
            onChange={(e) => set({ count: Number(e.target.value) })}
            className="num"
          >
            {COUNTS.map((it) => (
              <option key={it} value={it}>
                {it}
              </option>
            ))}
          </Select>
        </Field>
        <Field label={t("times.per")}>
          <Select
            value={schedule.per}
            onChange={(e) => set({ per: e.target.value === "week" ? "week" : "day" })}
          >
            <option value="day">{t("times.day")}</option>
            <option value="week">{t("times.week")}</option>
          </Select>
        </Field>
        <Field label={t("times.from")}>
          <Select
            value={schedule.fromHour}
            onChange={(e) => set({ fromHour: Number(e.target.value) })}
            className="num"
          >
            {HOURS.slice(0, 24).map((it) => (
              <option key={it} value={it}>
                {clock(it)}
              </option>
            ))}
          </Select>
        </Field>
        <Field label={t("times.until")} error={wrongHours ? t("errors.hours") : undefined}>
          <Select
            value={schedule.untilHour}
            onChange={(e) => set({ untilHour: Number(e.target.value) })}
            className="num"
          >
            {HOURS.slice(1).map((it) => (
              <option key={it} value={it}>
                {clock(it)}
              </option>
            ))}
          </Select>
        </Field>
      </div>
      <WeekdayPicker
        chosen={schedule.weekdays}
        onChange={(weekdays) => set({ weekdays })}
        error={schedule.weekdays.length === 0 ? t("errors.weekdays") : undefined}
      />
    </>
  );
}
