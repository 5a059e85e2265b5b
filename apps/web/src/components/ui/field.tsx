"use client";

import { CircleAlert } from "lucide-react";
import { createContext, type ComponentProps, type ReactNode, useContext, useId } from "react";
import { ChevronDown } from "lucide-react";
import { cn } from "./cn";

type FieldIds = { control: string; hint: string | undefined; error: string | undefined };
const FieldContext = createContext<FieldIds | undefined>(undefined);

type FieldProps = {
  label: ReactNode;
  hint?: ReactNode;
  error?: string;
  /** Hides the label from the eye only. */
  labelHidden?: boolean;
  className?: string;
  children: ReactNode;
};

/** A label, one control, its hint and its error, tied together for assistive technology. */
export function Field({ label, hint, error, labelHidden, className, children }: FieldProps) {
  const id = useId();
  const ids: FieldIds = {
    control: id,
    hint: hint ? `${id}-hint` : undefined,
    error: error ? `${id}-error` : undefined,
  };
  return (
    <FieldContext value={ids}>
      <div className={cn("flex min-w-0 flex-col gap-1.5", className)}>
        <label htmlFor={id} className={cn("font-medium text-ink text-sm", labelHidden && "sr-only")}>
          {label}
        </label>
        {children}
        {error ? (
          <p id={ids.error} className="flex items-start gap-1.5 text-danger text-xs">
            <CircleAlert aria-hidden className="mt-0.5 size-3.5 shrink-0" />
            {error}
          </p>
        ) : null}
        {hint ? (
          <p id={ids.hint} className="text-ink-faint text-xs">
            {hint}
          </p>
        ) : null}
      </div>
    </FieldContext>
  );
}

const controlClasses =
  "w-full min-w-0 rounded-md border border-line-field bg-surface px-3 text-ink text-base shadow-card transition-colors placeholder:text-ink-faint hover:border-ink-faint disabled:bg-sunken disabled:text-ink-faint aria-invalid:border-danger";

function useFieldProps() {
  const ids = useContext(FieldContext);
  if (!ids) return {};
  const describedBy = [ids.error, ids.hint].filter(Boolean).join(" ");
  return {
    id: ids.control,
    "aria-describedby": describedBy || undefined,
    "aria-invalid": ids.error ? true : undefined,
  };
}

export function Input({ className, ...rest }: ComponentProps<"input">) {
  return <input {...useFieldProps()} className={cn(controlClasses, "h-10 sm:h-9", className)} {...rest} />;
}

export function Textarea({ className, ...rest }: ComponentProps<"textarea">) {
  return (
    <textarea
      {...useFieldProps()}
      className={cn(controlClasses, "field-sizing-content py-2", className)}
      {...rest}
    />
  );
}

/** The browser's own select: it is at home on every device, and speaks to assistive technology by itself. */
export function Select({ className, children, ...rest }: ComponentProps<"select">) {
  return (
    <span className="relative block min-w-0">
      <select
        {...useFieldProps()}
        className={cn(controlClasses, "h-10 appearance-none truncate pr-9 sm:h-9", className)}
        {...rest}
      >
        {children}
      </select>
      <ChevronDown
        aria-hidden
        className="-translate-y-1/2 pointer-events-none absolute top-1/2 right-3 size-4 text-ink-faint"
      />
    </span>
  );
}
