"use client";

import { useTranslations } from "next-intl";

type LeaveHostProps = {
  /** That the project is locked to. */
  host: string | null;
  checked: boolean;
  onChange: (checked: boolean) => void;
  className?: string;
};

/** Asks before an address leaves the host that the project is locked to. */
export function LeaveHost({ host, checked, onChange, className = "" }: LeaveHostProps) {
  const t = useTranslations("integration.endpoint");
  return (
    <label className={`flex items-start gap-2 text-sm ${className}`}>
      <input
        type="checkbox"
        checked={checked}
        onChange={(event) => onChange(event.target.checked)}
        className="mt-0.5 size-4 accent-accent"
      />
      <span>
        {t("migrate", { host: host ?? "" })}
        <span className="block text-ink-faint text-xs">{t("migrateHint")}</span>
      </span>
    </label>
  );
}

/** Whether an address is at another host than the one that the project is locked to. */
export function isOtherHost(url: string, hostLock: string | null): boolean {
  return hostLock !== null && URL.canParse(url.trim()) && new URL(url.trim()).host !== hostLock;
}
