export type Toast = { kind: "success" | "error"; title: string; description?: string };

const waiting: Toast[] = [];
const listeners = new Set<() => void>();

/** Says something at the edge of the screen. What shows it is loaded with the first one. */
export function showToast(toast: Toast): void {
  waiting.push(toast);
  for (const listener of listeners) listener();
}

/** The toasts that nobody has shown yet; whoever takes them shows them. */
export function takeToasts(): Toast[] {
  return waiting.splice(0);
}

/** Calls `listener` when a toast waits; returns how to stop. */
export function listenForToasts(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
