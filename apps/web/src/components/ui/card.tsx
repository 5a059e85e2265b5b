import type { ComponentProps, ReactNode } from "react";
import { cn } from "./cn";

export function Card({ className, ...rest }: ComponentProps<"div">) {
  return <div className={cn("rounded-lg border border-line bg-surface shadow-card", className)} {...rest} />;
}

type SectionProps = {
  title: ReactNode;
  hint?: ReactNode;
  action?: ReactNode;
  className?: string;
  bodyClassName?: string;
  children: ReactNode;
};

/** A titled card: heading, one line of explanation, an action at the right, content. */
export function Section({ title, hint, action, className, bodyClassName, children }: SectionProps) {
  return (
    <section
      className={cn("overflow-hidden rounded-lg border border-line bg-surface shadow-card", className)}
    >
      <div className="flex items-start justify-between gap-4 px-5 pt-4 pb-3">
        <div className="min-w-0">
          <h2 className="font-semibold text-base text-ink">{title}</h2>
          {hint ? <p className="mt-0.5 max-w-prose text-ink-faint text-sm">{hint}</p> : null}
        </div>
        {action ? <div className="shrink-0">{action}</div> : null}
      </div>
      <div className={cn("px-5 pb-5", bodyClassName)}>{children}</div>
    </section>
  );
}
