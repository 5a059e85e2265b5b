"use client";

import { useTranslations } from "next-intl";
import { useEffect } from "react";
import { Toaster as Sonner, toast } from "sonner";
import { listenForToasts, takeToasts } from "./toasts";

export default function SonnerToaster() {
  const t = useTranslations("common");
  useEffect(() => {
    const show = () => {
      for (const { kind, title, description } of takeToasts()) toast[kind](title, { description });
    };
    // What asked for this component is waiting already.
    show();
    return listenForToasts(show);
  }, []);
  return (
    <Sonner
      position="bottom-right"
      // Its own style sheet names another face.
      style={{ fontFamily: "inherit" }}
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
