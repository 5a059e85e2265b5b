"use client";

import { lazy, Suspense, useEffect, useState } from "react";
import { listenForSignInAgain } from "@/components/ask-to-sign-in-again";

const SignInAgainDialog = lazy(() => import("./sign-in-again-dialog"));

/** Asks once more who is there, when the server wants to know. Most visits never see it, so it is loaded then. */
export function SignInAgain() {
  const [open, setOpen] = useState(false);
  useEffect(() => listenForSignInAgain(() => setOpen(true)), []);
  return open ? (
    <Suspense fallback={null}>
      <SignInAgainDialog onClose={() => setOpen(false)} />
    </Suspense>
  ) : null;
}
