"use client";

import { useState } from "react";
import { Field, Input } from "@/components/ui/field";
import { findZonedInstant, toZonedInput } from "./zoned-time";

type ZonedTimeFieldProps = {
  label: string;
  hint?: string;
  error?: string;
  /** ISO 8601; empty while the field holds no time. */
  value: string;
  timeZone: string;
  onChange: (instant: string) => void;
};

/** A day and an hour as the clocks of `timeZone` show them. */
export function ZonedTimeField({ label, hint, error, value, timeZone, onChange }: ZonedTimeFieldProps) {
  const shown = value === "" ? "" : toZonedInput(new Date(value), timeZone);
  // What is half typed is no instant yet, and must not be taken out of the field.
  const [typed, setTyped] = useState<string>();
  return (
    <Field label={label} hint={hint} error={error}>
      <Input
        type="datetime-local"
        value={typed ?? shown}
        onChange={(event) => {
          const instant = findZonedInstant(event.target.value, timeZone);
          setTyped(instant === undefined ? event.target.value : undefined);
          onChange(instant ?? "");
        }}
      />
    </Field>
  );
}
