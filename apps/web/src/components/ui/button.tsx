import { cva, type VariantProps } from "class-variance-authority";
import { LoaderCircle } from "lucide-react";
import { Slot } from "radix-ui";
import type { ComponentProps } from "react";
import { cn } from "./cn";

const buttonClasses = cva(
  "inline-flex shrink-0 select-none items-center justify-center gap-2 whitespace-nowrap font-medium transition-[background-color,border-color,color,box-shadow] duration-100 disabled:opacity-55 aria-disabled:opacity-55 [&_svg]:size-4 [&_svg]:shrink-0",
  {
    variants: {
      variant: {
        primary:
          "bg-ink text-canvas shadow-card hover:bg-[color-mix(in_oklch,var(--color-ink)_86%,var(--color-canvas))]",
        secondary: "border border-line-strong bg-surface text-ink shadow-card hover:bg-hover",
        ghost: "text-ink-soft hover:bg-hover hover:text-ink",
        danger:
          "bg-danger-strong text-on-danger shadow-card hover:bg-[color-mix(in_oklch,var(--color-danger-strong)_88%,black)]",
        "danger-quiet":
          "border border-line-strong bg-surface text-danger hover:border-danger hover:bg-danger-soft",
      },
      size: {
        sm: "h-8 rounded-md px-3 text-sm",
        md: "h-9 rounded-md px-3.5 text-sm",
        lg: "h-11 rounded-md px-5 text-base",
        xl: "h-11 rounded-md px-5 text-md",
        /** As high as the fields beside it. */
        field: "h-10 rounded-md px-3.5 text-sm sm:h-9",
        icon: "size-9 rounded-md text-sm",
        "icon-sm": "size-8 rounded-md text-sm",
        round: "size-9 rounded-full text-sm",
      },
    },
    defaultVariants: { variant: "secondary", size: "md" },
  },
);

type ButtonProps = ComponentProps<"button"> &
  VariantProps<typeof buttonClasses> & {
    /** Renders the only child (a link) with the looks of a button. */
    asChild?: boolean;
    /** Shows a spinner and keeps the button from being pressed twice. */
    pending?: boolean;
  };

export function Button({ className, variant, size, asChild, pending, children, ...rest }: ButtonProps) {
  const classes = cn(buttonClasses({ variant, size }), className);
  if (asChild) {
    return (
      <Slot.Root className={classes} {...rest}>
        {children}
      </Slot.Root>
    );
  }
  return (
    <button
      type="button"
      className={classes}
      aria-busy={pending || undefined}
      {...rest}
      disabled={pending || rest.disabled}
    >
      {pending ? <LoaderCircle aria-hidden className="animate-spin" /> : null}
      {children}
    </button>
  );
}
