"use client";

import { useFormatter } from "next-intl";

const DURATIONS = [
  { unit: "day", ms: 86_400_000 },
  { unit: "hour", ms: 3_600_000 },
  { unit: "minute", ms: 60_000 },
  { unit: "second", ms: 1_000 },
] as const;
const SIZES = [
  { unit: "gigabyte", bytes: 1e9 },
  { unit: "megabyte", bytes: 1e6 },
  { unit: "kilobyte", bytes: 1e3 },
] as const;

/** Durations and sizes with their unit, in the reader's language: "12 ms", "3.4 s", "210 MB". */
export function useMeasures() {
  const format = useFormatter();
  const write = (value: number, unit: string) =>
    format.number(value, {
      style: "unit",
      unit,
      unitDisplay: "short",
      maximumFractionDigits: value < 10 && unit !== "millisecond" ? 1 : 0,
    });
  return {
    number: (value: number) => format.number(value),
    duration: (ms: number) => {
      const step = DURATIONS.find((it) => ms >= it.ms);
      return step ? write(ms / step.ms, step.unit) : write(ms, "millisecond");
    },
    bytes: (bytes: number) => {
      const step = SIZES.find((it) => bytes >= it.bytes);
      return step ? write(bytes / step.bytes, step.unit) : write(bytes, "byte");
    },
  };
}
