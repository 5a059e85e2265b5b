"use client";

import { useTranslations } from "next-intl";
import { WEEKDAY_KEYS } from "./weekdays";

type Weekday = (typeof WEEKDAY_KEYS)[number];
type WeekdayPickerProps = {
  legend: string;
  chosen: readonly Weekday[];
  onChange: (days: Weekday[]) => void;
  error?: string;
};

export function WeekdayPicker({ legend, chosen, onChange, error }: WeekdayPickerProps) {
  const t = useTranslations("schedule");
  const toggle = (day: Weekday) =>
    onChange(WEEKDAY_KEYS.filter((it) => (it === day ? !chosen.includes(it) : chosen.includes(it))));
  return (
    <fieldset>
      <legend className="mb-1.5 font-medium text-sm">{legend}</legend>
      <div className="flex flex-wrap gap-1.5">
        {WEEKDAY_KEYS.map((day) => (
          <label
            key={day}
            className="flex h-9 min-w-12 select-none items-center justify-center rounded-md border border-line-strong px-2.5 font-medium text-ink-soft text-sm transition-colors hover:bg-hover has-checked:border-accent has-checked:bg-accent-soft has-checked:text-accent has-focus-visible:outline-2 has-focus-visible:outline-accent has-focus-visible:outline-offset-2"
          >
            <input
              type="checkbox"
              checked={chosen.includes(day)}
              onChange={() => toggle(day)}
              className="sr-only"
            />
            <span aria-hidden>{t(`weekdayShort.${day}`)}</span>
            <span className="sr-only">{t(`weekday.${day}`)}</span>
          </label>
        ))}
      </div>
      {error ? <p className="mt-1.5 text-danger text-xs">{error}</p> : null}
    </fieldset>
  );
}
