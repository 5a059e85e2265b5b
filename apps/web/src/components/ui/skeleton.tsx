import { cn } from "./cn";

/** A quiet block of the size of what is on its way. */
export function Skeleton({ className }: { className?: string }) {
  return <div aria-hidden className={cn("animate-skeleton rounded-md bg-line", className)} />;
}
