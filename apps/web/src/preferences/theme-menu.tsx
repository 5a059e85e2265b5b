"use client";

import { Monitor, Moon, Sun } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Menu, MenuChoices } from "@/components/ui/menu";
import { setPreferenceCookie } from "./preference-cookie";
import { THEME_COOKIE, THEMES, type Theme } from "./theme";

const icons = { system: Monitor, light: Sun, dark: Moon };

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
  const Icon = icons[theme];
  return (
    <Menu
      trigger={
        <Button variant="ghost" size="icon" aria-label={t("label")}>
          <Icon aria-hidden />
        </Button>
      }
    >
      <MenuChoices
        value={theme}
        onChange={choose}
        choices={THEMES.map((value) => {
          const ChoiceIcon = icons[value];
          return { value, label: t(value), icon: <ChoiceIcon aria-hidden /> };
        })}
      />
    </Menu>
  );
}
