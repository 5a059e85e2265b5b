"use client";

import { type ReactNode, useId } from "react";
import { cn } from "@/components/ui/cn";

type ChoiceCardsProps<T extends string> = {
  legend: string;
  value: T;
  onChange: (value: T) => void;
  choices: ReadonlyArray<{ value: T; label: string; hint?: ReactNode }>;
  className?: string;
};

/** A few choices side by side, as real radio buttons. */
export function ChoiceCards<T extends string>({
  legend,
  value,
  onChange,
  choices,
  className,
}: ChoiceCardsProps<T>) {
  const name = useId();
  return (
    <fieldset className="min-w-0">
      <legend className="mb-1.5 font-medium text-sm">{legend}</legend>
      <div className={cn("grid gap-2", className)}>
        {choices.map((choice) => (
          <label
            key={choice.value}
            className="flex gap-3 rounded-md border border-line-strong px-3.5 py-2.5 transition-colors hover:bg-hover has-checked:border-accent has-checked:bg-accent-soft has-focus-visible:outline-2 has-focus-visible:outline-accent has-focus-visible:outline-offset-2"
          >
            <input
              type="radio"
              name={name}
              value={choice.value}
              checked={choice.value === value}
              onChange={() => onChange(choice.value)}
              className="mt-0.5 size-4 shrink-0 accent-accent outline-none"
            />
            <span className="min-w-0">
              <span className="block font-medium text-sm">{choice.label}</span>
              {choice.hint ? <span className="block text-ink-soft text-xs">{choice.hint}</span> : null}
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
