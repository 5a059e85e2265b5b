"use client";

import { LogOut, Settings2 } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { signOut } from "@/api/auth";
import type { Me } from "@/api/types";
import { useProblemToast } from "@/api/use-problem-toast";
import type { OpenedMenuProps } from "../ui/lazy-menu";
import { Menu, MenuItem, MenuLabel, MenuSeparator } from "../ui/menu";

export default function UserMenuItems({ trigger, me }: OpenedMenuProps & { me: Me }) {
  const t = useTranslations("nav");
  const onError = useProblemToast();
  const leave = () => {
    // A full load, so that nothing of this user stays in the page's memory.
    signOut().then(() => window.location.assign("/sign-in"), onError);
  };
  return (
    <Menu className="w-60" trigger={trigger}>
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
