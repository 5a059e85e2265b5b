"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import type { Me } from "@/api/types";
import type { AppLocale } from "@/i18n/locales";
import { LiveIndicator } from "@/live/live-indicator";
import { LocaleMenu } from "@/preferences/locale-menu";
import type { Theme } from "@/preferences/theme";
import { ThemeMenu } from "@/preferences/theme-menu";
import { Wordmark } from "../brand";
import { Drawer } from "./drawer";
import { getProductOf, Navigation } from "./navigation";
import { UserMenu } from "./user-menu";

type AppShellProps = { me: Me; theme: Theme; locales: readonly AppLocale[]; children: ReactNode };

export function AppShell({ me, theme, locales, children }: AppShellProps) {
  const t = useTranslations("nav");
  const product = getProductOf(usePathname());
  return (
    <div data-product={product === "shared" ? undefined : product} className="min-h-dvh lg:pl-60">
      <a
        href="#content"
        className="fixed top-2 left-2 z-50 -translate-y-16 rounded-md bg-ink px-3 py-2 font-medium text-canvas text-sm focus:translate-y-0"
      >
        {t("skip")}
      </a>
      <aside className="fixed inset-y-0 left-0 z-30 hidden w-60 flex-col gap-7 overflow-y-auto border-line border-r bg-rail px-3 py-4 lg:flex">
        <Link href="/app" className="flex rounded-md px-2.5">
          <Wordmark />
        </Link>
        <Navigation isAdmin={me.user.role === "admin"} />
      </aside>
      <header className="sticky top-0 z-20 flex h-14 items-center gap-1 border-line border-b bg-canvas/90 px-3 backdrop-blur-sm sm:px-6 lg:px-8">
        <Drawer isAdmin={me.user.role === "admin"} />
        <Link href="/app" className="flex rounded-md lg:hidden" aria-label={t("home")}>
          <Wordmark />
        </Link>
        <span className="hidden truncate text-ink-faint text-sm lg:block">{me.workspace.name}</span>
        <div className="ml-auto flex items-center gap-0.5 sm:gap-1">
          <LiveIndicator />
          <LocaleMenu locales={locales} />
          <ThemeMenu initial={theme} />
          <UserMenu me={me} />
        </div>
      </header>
      <main
        id="content"
        tabIndex={-1}
        className="mx-auto w-full max-w-[76rem] px-4 pt-7 pb-20 outline-none sm:px-6 lg:px-8"
      >
        {children}
      </main>
    </div>
  );
}
