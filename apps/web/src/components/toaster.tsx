"use client";

import { lazy, Suspense, useEffect, useState } from "react";
import { listenForToasts } from "./toasts";

const SonnerToaster = lazy(() => import("./sonner-toaster"));

/** Where toasts appear. Most visits see none, so the library that draws them comes with the first. */
export function Toaster() {
  const [wanted, setWanted] = useState(false);
  useEffect(() => listenForToasts(() => setWanted(true)), []);
  return wanted ? (
    <Suspense fallback={null}>
      <SonnerToaster />
    </Suspense>
  ) : null;
}
