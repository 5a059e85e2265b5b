let listener: (() => void) | undefined;

/** Opens the way to a fresh sign-in on this page; false where there is none. */
export function askToSignInAgain(): boolean {
  listener?.();
  return listener !== undefined;
}

/** Calls `next` when a fresh sign-in is asked for; returns how to stop. One listens at a time. */
export function listenForSignInAgain(next: () => void): () => void {
  listener = next;
  return () => {
    if (listener === next) listener = undefined;
  };
}
