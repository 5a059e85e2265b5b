import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "./cn";

export type Tone = "neutral" | "ok" | "warning" | "danger" | "accent" | "seqpulse" | "keepstreak" | "unsure";

const tones: Record<Tone, string> = {
  neutral: "border-line bg-sunken text-ink-soft",
  ok: "border-transparent bg-ok-soft text-ok",
  warning: "border-transparent bg-warning-soft text-warning",
  danger: "border-transparent bg-danger-soft text-danger",
  accent: "border-transparent bg-accent-soft text-accent",
  seqpulse: "border-transparent bg-seqpulse-soft text-seqpulse",
  keepstreak: "border-transparent bg-keepstreak-soft text-keepstreak",
  unsure: "border-line-field border-dashed bg-surface text-ink-soft",
};

type BadgeProps = { tone?: Tone; icon?: LucideIcon; className?: string; children: ReactNode; busy?: boolean };

/** A state in a word, an icon and a colour: never the colour alone. */
export function Badge({ tone = "neutral", icon: Icon, className, children, busy }: BadgeProps) {
  return (
    <span
      className={cn(
        "inline-flex h-6 shrink-0 items-center gap-1.5 whitespace-nowrap rounded-full border px-2.5 font-medium text-xs",
        tones[tone],
        className,
      )}
    >
      {Icon ? <Icon aria-hidden className={cn("size-3.5", busy && "animate-pulse-dot")} /> : null}
      {children}
    </span>
  );
}
