import type { CSSProperties } from "react";
import { cn } from "./cn";

type SkeletonProps = { className?: string; style?: CSSProperties };

/** A quiet block of the size of what is on its way. */
export function Skeleton({ className, style }: SkeletonProps) {
  return <div aria-hidden style={style} className={cn("animate-skeleton rounded-md bg-line", className)} />;
}
