"use client";

import { X } from "lucide-react";
import { useTranslations } from "next-intl";
import { Dialog as Primitive } from "radix-ui";
import { type ReactNode, useRef } from "react";
import { Button } from "./button";
import { cn } from "./cn";

export type DialogProps = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: ReactNode;
  description: ReactNode;
  children?: ReactNode;
  footer?: ReactNode;
  /** Something that is shown once must not vanish by a stray click. */
  sticky?: boolean;
  className?: string;
};

export default function DialogWindow({
  open,
  onOpenChange,
  title,
  description,
  children,
  footer,
  sticky,
  className,
}: DialogProps) {
  const t = useTranslations("common");
  const opener = useRef<Element>(null);
  const keepOpen = (event: Event) => {
    if (sticky) event.preventDefault();
  };
  return (
    <Primitive.Root open={open} onOpenChange={onOpenChange}>
      <Primitive.Portal>
        <Primitive.Overlay className="fixed inset-0 z-50 bg-scrim" />
        <Primitive.Content
          // The button that opened it is outside of its root, so the way back is kept here.
          onOpenAutoFocus={() => {
            opener.current = document.activeElement;
          }}
          onCloseAutoFocus={() => {
            if (opener.current instanceof HTMLElement) opener.current.focus();
          }}
          onPointerDownOutside={keepOpen}
          onEscapeKeyDown={keepOpen}
          className={cn(
            "fixed inset-x-3 bottom-3 z-50 mx-auto max-h-[calc(100dvh-1.5rem)] max-w-lg animate-enter overflow-y-auto rounded-xl border border-line bg-raised shadow-float sm:top-[14vh] sm:bottom-auto",
            className,
          )}
        >
          <div className="px-6 pt-5 pr-14">
            <Primitive.Title className="font-semibold text-lg">{title}</Primitive.Title>
            <Primitive.Description className="mt-1.5 text-ink-soft text-sm">
              {description}
            </Primitive.Description>
          </div>
          {children ? <div className="px-6 pt-4">{children}</div> : null}
          <div className="flex flex-col-reverse gap-2 px-6 pt-5 pb-5 sm:flex-row sm:justify-end">
            {footer}
          </div>
          {sticky ? null : (
            <span className="absolute top-4 right-4">
              <Primitive.Close asChild>
                <Button variant="ghost" size="icon-sm" aria-label={t("close")}>
                  <X aria-hidden />
                </Button>
              </Primitive.Close>
            </span>
          )}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}
