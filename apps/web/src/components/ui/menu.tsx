"use client";

import { Check } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import type { ComponentProps, ReactNode } from "react";
import { cn } from "./cn";

type MenuProps = { trigger: ReactNode; children: ReactNode; align?: "start" | "end"; className?: string };

/** Open from the start: it is loaded by the press that opens it. */
export function Menu({ trigger, children, align = "end", className }: MenuProps) {
  return (
    <DropdownMenu.Root modal={false} defaultOpen>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      {/* Beside its button, not at the end of the page: there it would be outside of every landmark. */}
      <DropdownMenu.Content
        align={align}
        sideOffset={6}
        className={cn(
          "z-50 min-w-44 animate-enter rounded-lg border border-line bg-raised p-1 text-sm shadow-float",
          className,
        )}
      >
        {children}
      </DropdownMenu.Content>
    </DropdownMenu.Root>
  );
}

const itemClasses =
  "relative flex min-h-8 select-none items-center gap-2.5 rounded-sm px-2.5 py-1.5 text-ink outline-none data-highlighted:bg-hover [&_svg]:size-4 [&_svg]:shrink-0 [&_svg]:text-ink-faint";

export function MenuItem({ className, ...rest }: ComponentProps<typeof DropdownMenu.Item>) {
  return <DropdownMenu.Item className={cn(itemClasses, className)} {...rest} />;
}

type ChoicesProps<T extends string> = {
  value: T;
  onChange: (value: T) => void;
  choices: ReadonlyArray<{ value: T; label: ReactNode; icon?: ReactNode; lang?: string }>;
};

/** Choices of which exactly one holds. */
export function MenuChoices<T extends string>({ value, onChange, choices }: ChoicesProps<T>) {
  return (
    <DropdownMenu.RadioGroup value={value} onValueChange={(next) => onChange(next as T)}>
      {choices.map((choice) => (
        <DropdownMenu.RadioItem
          key={choice.value}
          value={choice.value}
          className={cn(itemClasses, "pr-9")}
          lang={choice.lang}
        >
          {choice.icon}
          {choice.label}
          <DropdownMenu.ItemIndicator className="absolute right-2.5">
            <Check aria-hidden />
          </DropdownMenu.ItemIndicator>
        </DropdownMenu.RadioItem>
      ))}
    </DropdownMenu.RadioGroup>
  );
}

export function MenuLabel({ children }: { children: ReactNode }) {
  return <DropdownMenu.Label className="px-2.5 pt-1.5 pb-2">{children}</DropdownMenu.Label>;
}

export function MenuSeparator() {
  return <DropdownMenu.Separator className="-mx-1 my-1 h-px bg-line" />;
}
