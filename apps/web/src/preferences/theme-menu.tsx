"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { LazyMenu } from "@/components/ui/lazy-menu";
import { setPreferenceCookie } from "./preference-cookie";
import { THEME_COOKIE, type Theme } from "./theme";
import { themeIcons } from "./theme-icons";

const load = () => import("./theme-choices");

export function ThemeMenu({ initial }: { initial: Theme }) {
  const t = useTranslations("theme");
  const [theme, setTheme] = useState(initial);
  const choose = (next: Theme) => {
    setTheme(next);
    setPreferenceCookie(THEME_COOKIE, next === "system" ? undefined : next);
    const root = document.documentElement;
    if (next === "system") delete root.dataset["theme"];
    else root.dataset["theme"] = next;
  };
  const Icon = themeIcons[theme];
  return (
    <LazyMenu label={t("label")} icon={<Icon aria-hidden />} load={load} menu={{ theme, onChoose: choose }} />
  );
}
