import { cn } from "./ui/cn";

/** The mark: two halves of a loop, one per product, and the pulse that joins them. */
function BrandMark({ className }: { className?: string }) {
  return (
    <svg
      viewBox="0 0 32 32"
      aria-hidden
      className={cn("size-7", className)}
      fill="none"
      strokeLinecap="round"
    >
      <path d="M3.5 14.2A12.6 12.6 0 0 1 28.4 13.6" className="stroke-keepstreak" strokeWidth="2.6" />
      <path d="M28.5 17.8A12.6 12.6 0 0 1 3.6 18.4" className="stroke-seqpulse" strokeWidth="2.6" />
      <path
        d="M8 16.2h3.6l2.5-5.4 3.9 10.6 2.5-5.2H24"
        className="stroke-current"
        strokeWidth="2.2"
        strokeLinejoin="round"
      />
    </svg>
  );
}

export function Wordmark({ className }: { className?: string }) {
  return (
    <span
      className={cn("inline-flex items-center gap-2 font-semibold text-md tracking-[-0.02em]", className)}
    >
      <BrandMark />
      {PRODUCT_NAME}
    </span>
  );
}

export const PRODUCT_NAME = "PulseKeep";
export const KEEPSTREAK_NAME = "KeepStreak";
export const SEQPULSE_NAME = "SeqPulse";
