import type { ComponentProps } from "react";
import { cn } from "./cn";

type TableProps = ComponentProps<"table"> & { label: string };

/** A table that scrolls sideways inside its card, and can be scrolled by keyboard. */
export function Table({ label, className, ...rest }: TableProps) {
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls has to be reachable by keyboard
    <div role="group" aria-label={label} tabIndex={0} className="relative overflow-x-auto">
      <table
        aria-label={label}
        className={cn("w-full border-collapse text-left text-sm", className)}
        {...rest}
      />
    </div>
  );
}

export function Th({ className, ...rest }: ComponentProps<"th">) {
  return (
    <th
      scope="col"
      className={cn(
        "whitespace-nowrap border-line border-b bg-sunken px-3 py-2.5 font-medium text-ink-faint text-xs first:pl-4 last:pr-4 sm:px-4 sm:last:pr-5 sm:first:pl-5",
        className,
      )}
      {...rest}
    />
  );
}

export function Td({ className, ...rest }: ComponentProps<"td">) {
  return (
    <td
      className={cn(
        "border-line border-b px-3 py-3 align-middle first:pl-4 last:pr-4 sm:px-4 sm:last:pr-5 sm:first:pl-5",
        className,
      )}
      {...rest}
    />
  );
}

export function Tr({ className, ...rest }: ComponentProps<"tr">) {
  return (
    <tr
      className={cn("relative transition-colors hover:bg-hover last:[&>td]:border-b-0", className)}
      {...rest}
    />
  );
}
