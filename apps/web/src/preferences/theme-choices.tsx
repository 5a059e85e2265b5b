"use client";

import { useTranslations } from "next-intl";
import type { OpenedMenuProps } from "@/components/ui/lazy-menu";
import { Menu, MenuChoices } from "@/components/ui/menu";
import { THEMES, type Theme } from "./theme";
import { themeIcons } from "./theme-icons";

type ThemeChoicesProps = OpenedMenuProps & { theme: Theme; onChoose: (theme: Theme) => void };

export default function ThemeChoices({ trigger, theme, onChoose }: ThemeChoicesProps) {
  const t = useTranslations("theme");
  return (
    <Menu trigger={trigger}>
      <MenuChoices
        value={theme}
        onChange={onChoose}
        choices={THEMES.map((value) => {
          const Icon = themeIcons[value];
          return { value, label: t(value), icon: <Icon aria-hidden /> };
        })}
      />
    </Menu>
  );
}
