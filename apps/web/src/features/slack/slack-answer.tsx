"use client";

import { useTranslations } from "next-intl";

/** Words for what Slack answered, or for why it was not asked; its own word where we have none. */
export function SlackAnswer({ code }: { code: string }) {
  const t = useTranslations("slack");
  const status = /^http_(\d{3})$/.exec(code)?.[1];
  if (status) return <span>{t("http", { status })}</span>;
  // Codes come from the server, so whether there are words for one is known at run time only.
  const key = `reason.${code}`;
  if (!t.has(key as never)) return <code className="font-mono text-xs">{code}</code>;
  return <span title={code}>{t(key as never)}</span>;
}
