import { type ComponentProps, type ReactNode, useId } from "react";
import { cn } from "./cn";

export function Card({ className, ...rest }: ComponentProps<"div">) {
  return <div className={cn("rounded-lg border border-line bg-surface shadow-card", className)} {...rest} />;
}

type SectionProps = {
  title: ReactNode;
  hint?: ReactNode;
  action?: ReactNode;
  className?: string;
  /** Replaces the padding of the content. */
  bodyClassName?: string;
  children: ReactNode;
};

/** A titled card: heading, one line of explanation, an action at the right, content. */
export function Section({ title, hint, action, className, bodyClassName, children }: SectionProps) {
  const headingId = useId();
  return (
    <section
      aria-labelledby={headingId}
      className={cn("overflow-hidden rounded-lg border border-line bg-surface shadow-card", className)}
    >
      <div className="px-5 pt-4 pb-3">
        <div className="flex items-center justify-between gap-4">
          <h2 id={headingId} className="min-w-0 font-semibold text-base text-ink">
            {title}
          </h2>
          {action ? <div className="-my-1 shrink-0">{action}</div> : null}
        </div>
        {hint ? <p className="mt-0.5 max-w-prose text-ink-faint text-sm">{hint}</p> : null}
      </div>
      <div className={bodyClassName ?? "px-5 pb-5"}>{children}</div>
    </section>
  );
}
