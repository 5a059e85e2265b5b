"use client";

import { Menu as MenuIcon } from "lucide-react";
import { useTranslations } from "next-intl";
import { lazy, Suspense, useRef, useState } from "react";
import { Button } from "../ui/button";

const loadPanel = () => import("./drawer-panel");
const DrawerPanel = lazy(loadPanel);

/** The navigation on narrow screens, behind a button. */
export function Drawer({ isAdmin }: { isAdmin: boolean }) {
  const t = useTranslations("nav");
  const [open, setOpen] = useState<boolean>();
  const opener = useRef<HTMLButtonElement>(null);
  const prepare = () => void loadPanel().catch(() => undefined);
  return (
    <>
      <Button
        ref={opener}
        variant="ghost"
        size="icon"
        className="lg:hidden"
        aria-label={t("open")}
        aria-haspopup="dialog"
        aria-expanded={open ?? false}
        onPointerEnter={prepare}
        onFocus={prepare}
        onClick={() => setOpen(true)}
      >
        <MenuIcon aria-hidden />
      </Button>
      {open === undefined ? null : (
        <Suspense fallback={null}>
          <DrawerPanel isAdmin={isAdmin} open={open} onOpenChange={setOpen} opener={opener} />
        </Suspense>
      )}
    </>
  );
}
