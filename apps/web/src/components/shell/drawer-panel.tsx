"use client";

import { X } from "lucide-react";
import { useTranslations } from "next-intl";
import { Dialog } from "radix-ui";
import type { RefObject } from "react";
import { Wordmark } from "../brand";
import { Button } from "../ui/button";
import { Navigation } from "./navigation";

type DrawerPanelProps = {
  isAdmin: boolean;
  open: boolean;
  onOpenChange: (open: boolean) => void;
  /** The button that opened it, which gets the focus back. */
  opener: RefObject<HTMLButtonElement | null>;
};

export default function DrawerPanel({ isAdmin, open, onOpenChange, opener }: DrawerPanelProps) {
  const t = useTranslations("common");
  return (
    <Dialog.Root open={open} onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-scrim" />
        <Dialog.Content
          aria-describedby={undefined}
          onCloseAutoFocus={() => opener.current?.focus()}
          className="fixed inset-y-0 left-0 z-50 flex w-[min(18rem,85vw)] animate-slide flex-col gap-6 overflow-y-auto border-line border-r bg-rail px-3 py-4 shadow-float"
        >
          <div className="flex items-center justify-between pl-2.5">
            <Dialog.Title asChild>
              <div>
                <Wordmark />
              </div>
            </Dialog.Title>
            <Dialog.Close asChild>
              <Button variant="ghost" size="icon" aria-label={t("close")}>
                <X aria-hidden />
              </Button>
            </Dialog.Close>
          </div>
          <Navigation isAdmin={isAdmin} onNavigate={() => onOpenChange(false)} />
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
