"use client";

import { useTranslations } from "next-intl";
import type { Me } from "@/api/types";
import { LazyMenu } from "../ui/lazy-menu";

const load = () => import("./user-menu-items");

export function UserMenu({ me }: { me: Me }) {
  const t = useTranslations("nav");
  return (
    <LazyMenu
      label={t("userMenu")}
      size="round"
      icon={
        <span
          aria-hidden
          // Drawn, not written: a label of two letters would not match the button's name.
          data-initials={getInitials(me.user.name)}
          className="grid size-7 place-items-center rounded-full bg-ink font-semibold text-2xs text-canvas tracking-normal before:content-[attr(data-initials)]"
        />
      }
      load={load}
      menu={{ me }}
    />
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
