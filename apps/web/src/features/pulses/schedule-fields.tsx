"use client";

import { useTranslations } from "next-intl";
import { useFormContext, useWatch } from "react-hook-form";
import { Field, Input, Select } from "@/components/ui/field";
import { writeZoneId } from "@/i18n/zone-id";
import { ChoiceCards } from "./choice-cards";
import { useHourText } from "./hour-text";
import { IntervalFields } from "./interval-fields";
import { getDefaultSchedule, type PulseFormValues } from "./pulse-form-values";
import { WeekdayPicker } from "./weekday-picker";
import { findZonedInstant, toZonedInput } from "./zoned-time";
import { ZonedTimeField } from "./zoned-time-field";

export function ScheduleFields({ timeZones }: { timeZones: readonly string[] }) {
  const t = useTranslations("pulseForm");
  const form = useFormContext<PulseFormValues>();
  const [schedule, timeZone] = useWatch<PulseFormValues, ["schedule", "timeZone"]>({
    name: ["schedule", "timeZone"],
  });
  const { defaultValues, errors } = form.formState;
  const serverFault = errors.schedule?.type === "server" ? errors.schedule.message : undefined;
  const original = defaultValues?.schedule as PulseFormValues["schedule"] | undefined;
  const set = (next: PulseFormValues["schedule"]) =>
    form.setValue("schedule", next, { shouldDirty: true, shouldValidate: form.formState.isSubmitted });
  const choose = (kind: PulseFormValues["schedule"]["kind"]) => {
    form.clearErrors("schedule");
    form.setValue("schedule", original?.kind === kind ? original : getDefaultSchedule(kind, Date.now()), {
      shouldDirty: true,
    });
  };
  const changeZone = (next: string) => {
    form.setValue("timeZone", next, { shouldDirty: true });
    // The hour that was typed stays, in the new zone.
    if (schedule.kind === "once") set({ ...schedule, runAt: moveZone(schedule.runAt, timeZone, next) });
    if (schedule.kind === "every")
      set({ ...schedule, anchorAt: moveZone(schedule.anchorAt, timeZone, next) });
  };
  return (
    <div className="flex flex-col gap-5">
      <ChoiceCards
        legend={t("scheduleKind")}
        value={schedule.kind}
        onChange={choose}
        className="sm:grid-cols-2"
        choices={KINDS.map((value) => ({ value, label: t(`${value}.label`), hint: t(`${value}.hint`) }))}
      />
      {schedule.kind === "times" ? <TimesFields fault={serverFault} /> : null}
      {schedule.kind === "cron" ? (
        <Field
          label={t("cron.expression")}
          hint={t("cron.expressionHint")}
          error={errors.schedule && (serverFault ?? t("errors.cron"))}
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
      {schedule.kind === "every" ? (
        <div className="grid gap-4 sm:grid-cols-[6rem_8rem_minmax(0,1fr)]">
          <IntervalFields
            minutes={schedule.everyMinutes}
            onChange={(everyMinutes) => set({ ...schedule, everyMinutes })}
            error={errors.schedule && (serverFault ?? t("errors.every"))}
          />
          <ZonedTimeField
            label={t("every.anchor")}
            hint={t("every.anchorHint")}
            value={schedule.anchorAt}
            timeZone={timeZone}
            onChange={(anchorAt) => set({ ...schedule, anchorAt })}
          />
        </div>
      ) : null}
      {schedule.kind === "once" ? (
        <div className="sm:max-w-72">
          <ZonedTimeField
            label={t("once.at")}
            value={schedule.runAt}
            timeZone={timeZone}
            onChange={(runAt) => set({ kind: "once", runAt })}
            error={errors.schedule && (serverFault ?? t("errors.once"))}
          />
        </div>
      ) : null}
      <Field label={t("timeZone")} error={errors.timeZone && t("errors.timeZone")} className="sm:max-w-72">
        <Select value={timeZone} onChange={(event) => changeZone(event.target.value)}>
          {timeZones.map((it) => (
            <option key={it} value={it}>
              {writeZoneId(it)}
            </option>
          ))}
        </Select>
      </Field>
    </div>
  );
}

const KINDS = ["times", "every", "cron", "once"] as const;

function moveZone(instant: string, from: string, to: string): string {
  return instant === "" ? "" : (findZonedInstant(toZonedInput(new Date(instant), from), to) ?? "");
}

const HOURS = Array.from({ length: 25 }, (_, hour) => hour);
const COUNTS = Array.from({ length: 24 }, (_, index) => index + 1);

function TimesFields({ fault }: { fault: string | undefined }) {
  const t = useTranslations("pulseForm");
  const form = useFormContext<PulseFormValues>();
  const schedule = useWatch<PulseFormValues, "schedule">({ name: "schedule" });
  if (schedule.kind !== "times") return null;
  const clock = useHourText();
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
        legend={t("times.weekdays")}
        chosen={schedule.weekdays}
        onChange={(weekdays) => set({ weekdays })}
        error={schedule.weekdays.length === 0 ? t("errors.weekdays") : fault}
      />
    </>
  );
}
