import type { ComponentProps } from "react";
import { cn } from "./cn";

type TableProps = ComponentProps<"table"> & {
  label: string;
  /** In a narrow place each row becomes a block: the first cell whole, below it the others under their names. */
  stacked?: boolean;
};

const place = "@container relative overflow-x-auto -outline-offset-2";

/** A table that scrolls sideways inside its card, and can be scrolled by keyboard. */
export function Table({ label, stacked, className, ...rest }: TableProps) {
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls has to be reachable by keyboard
    <div role="group" aria-label={label} tabIndex={0} className={place}>
      <table
        aria-label={label}
        className={cn("w-full border-collapse text-left text-sm", stacked && "stacked", className)}
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

type TdProps = ComponentProps<"td"> & {
  /** Its column's name, which stands over it where the row is a block. */
  name?: string;
};

export function Td({ className, name, ...rest }: TdProps) {
  return (
    <td
      data-name={name}
      className={cn(
        "wrap-break-word border-line border-b px-3 py-3 align-middle first:pl-4 last:pr-4 sm:px-4 sm:last:pr-5 sm:first:pl-5",
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
