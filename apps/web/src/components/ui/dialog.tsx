"use client";

import { lazy, Suspense, useState } from "react";
import type { DialogProps } from "./dialog-window";

const DialogWindow = lazy(() => import("./dialog-window"));

/** A dialog. Its window is loaded when it first opens. */
export function Dialog(props: DialogProps) {
  const [opened, setOpened] = useState(props.open);
  if (props.open && !opened) setOpened(true);
  if (!opened) return null;
  return (
    <Suspense fallback={null}>
      <DialogWindow {...props} />
    </Suspense>
  );
}
