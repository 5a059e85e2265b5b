"use client";

import { type ComponentType, type ReactNode, useState } from "react";
import { Button } from "./button";

/** What an opened menu is given: the button that it hangs on. */
export type OpenedMenuProps = { trigger: ReactNode };

type LazyMenuProps<P> = {
  label: string;
  icon: ReactNode;
  size?: "icon" | "round";
  /** The menu with its items, loaded when it is about to be opened. */
  load: () => Promise<{ default: ComponentType<P & OpenedMenuProps> }>;
  menu: P;
};

/** A menu's button. The menu itself, with all it takes to place it, is loaded by the first touch. */
export function LazyMenu<P extends object>({ label, icon, size = "icon", load, menu }: LazyMenuProps<P>) {
  const [Opened, setOpened] = useState<ComponentType<P & OpenedMenuProps>>();
  const prepare = () => void load().catch(() => undefined);
  const look = { variant: "ghost", size, "aria-label": label } as const;
  if (Opened) return <Opened {...menu} trigger={<Button {...look}>{icon}</Button>} />;
  return (
    <Button
      {...look}
      aria-haspopup="menu"
      aria-expanded={false}
      onPointerEnter={prepare}
      onFocus={prepare}
      onClick={() =>
        void load().then(
          (loaded) => setOpened(() => loaded.default),
          () => undefined,
        )
      }
    >
      {icon}
    </Button>
  );
}
