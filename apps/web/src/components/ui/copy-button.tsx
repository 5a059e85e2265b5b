"use client";

import { Check, Copy } from "lucide-react";
import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { showToast } from "@/components/toasts";
import { Button } from "./button";

type CopyButtonProps = { text: string; label: string; withText?: boolean; className?: string };

/** Puts `text` on the clipboard; `label` says what it is ("Copy API key"). */
export function CopyButton({ text, label, withText, className }: CopyButtonProps) {
  const t = useTranslations("common");
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1_800);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = () => {
    navigator.clipboard.writeText(text).then(
      () => setCopied(true),
      () => showToast({ kind: "error", title: t("copyFailed") }),
    );
  };
  return (
    <Button
      variant={withText ? "secondary" : "ghost"}
      size={withText ? "sm" : "icon-sm"}
      aria-label={label}
      onClick={copy}
      className={className}
    >
      {copied ? <Check aria-hidden className="text-ok" /> : <Copy aria-hidden />}
      {withText ? (copied ? t("copied") : t("copy")) : null}
      <span role="status" className="sr-only">
        {copied ? t("copied") : ""}
      </span>
    </Button>
  );
}
