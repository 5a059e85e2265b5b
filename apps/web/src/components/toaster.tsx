"use client";

import { useTranslations } from "next-intl";
import { Toaster as Sonner } from "sonner";

export function Toaster() {
  const t = useTranslations("common");
  return (
    <Sonner
      position="bottom-right"
      containerAriaLabel={t("notifications")}
      toastOptions={{
        unstyled: true,
        classNames: {
          toast:
            "flex w-full items-start gap-3 rounded-lg border border-line bg-raised p-4 text-ink text-sm shadow-float [&_svg]:size-4.5",
          title: "font-medium",
          description: "mt-0.5 text-ink-soft text-xs break-words",
          success: "[&_[data-icon]]:text-ok",
          error: "[&_[data-icon]]:text-danger",
        },
      }}
    />
  );
}
