import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "./cn";

type EmptyStateProps = {
  icon: LucideIcon;
  title: string;
  children: ReactNode;
  action?: ReactNode;
  className?: string;
  /** The heading's level, so that the page's outline stays whole. */
  level?: 2 | 3;
};

/** Says what will be here, and the one thing to do about it. */
export function EmptyState({ icon: Icon, title, children, action, className, level = 2 }: EmptyStateProps) {
  const Heading = `h${level}` as const;
  return (
    <div className={cn("flex flex-col items-center px-6 py-12 text-center", className)}>
      <span className="mb-4 grid size-11 place-items-center rounded-lg border border-line bg-accent-soft text-accent">
        <Icon aria-hidden className="size-5" />
      </span>
      <Heading className="font-semibold text-md">{title}</Heading>
      <div className="mt-1.5 max-w-md text-ink-soft text-sm">{children}</div>
      {action ? <div className="mt-5 flex flex-wrap justify-center gap-2">{action}</div> : null}
    </div>
  );
}
