"use client";

import { LogOut, Settings2 } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { signOut } from "@/api/auth";
import type { Me } from "@/api/types";
import { useProblemToast } from "@/api/use-problem-text";
import { Button } from "../ui/button";
import { Menu, MenuItem, MenuLabel, MenuSeparator } from "../ui/menu";

export function UserMenu({ me }: { me: Me }) {
  const t = useTranslations("nav");
  const onError = useProblemToast();
  const leave = () => {
    // A full load, so that nothing of this user stays in the page's memory.
    signOut().then(() => window.location.assign("/sign-in"), onError);
  };
  return (
    <Menu
      className="w-60"
      trigger={
        <Button variant="ghost" size="icon" aria-label={t("userMenu")} className="rounded-full">
          <span
            aria-hidden
            // Drawn, not written: a label of two letters would not match the button's name.
            data-initials={getInitials(me.user.name)}
            className="grid size-7 place-items-center rounded-full bg-ink font-semibold text-2xs text-canvas tracking-normal before:content-[attr(data-initials)]"
          />
        </Button>
      }
    >
      <MenuLabel>
        <span className="block truncate font-medium">{me.user.name}</span>
        <span className="block truncate text-ink-faint text-xs">{me.user.email}</span>
      </MenuLabel>
      <MenuSeparator />
      <MenuItem asChild>
        <Link href="/app/settings">
          <Settings2 aria-hidden />
          {t("settings")}
        </Link>
      </MenuItem>
      <MenuItem onSelect={leave}>
        <LogOut aria-hidden />
        {t("signOut")}
      </MenuItem>
    </Menu>
  );
}

function getInitials(name: string): string {
  const words = name.trim().split(/\s+/);
  const chosen = words.length > 1 ? [words[0], words.at(-1)] : [words[0]];
  return chosen
    .map((word) => String.fromCodePoint(word?.codePointAt(0) ?? 63))
    .join("")
    .toUpperCase();
}
