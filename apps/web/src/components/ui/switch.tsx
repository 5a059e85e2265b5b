"use client";

import { Switch as Primitive } from "radix-ui";
import type { ComponentProps } from "react";

export function Switch(props: ComponentProps<typeof Primitive.Root>) {
  return (
    <Primitive.Root
      {...props}
      className="inline-flex h-6 w-10 shrink-0 items-center rounded-full border border-line-field bg-line-strong p-0.5 transition-colors disabled:opacity-55 data-[state=checked]:border-transparent data-[state=checked]:bg-accent"
    >
      <Primitive.Thumb className="block size-4.5 rounded-full bg-surface shadow-card transition-transform data-[state=checked]:translate-x-4" />
    </Primitive.Root>
  );
}
