"use client";

import { useTranslations } from "next-intl";

/** Words for an action, where we have some. */
export function useActionName(): (action: string) => string | undefined {
  const t = useTranslations("audit.action");
  return (action) => {
    const key = action.replaceAll(".", "_") as never;
    return t.has(key) ? t(key) : undefined;
  };
}

/** The action in words where we have some; its stable name always. */
export function ActionName({ action }: { action: string }) {
  const name = useActionName()(action);
  return (
    <>
      {name === undefined ? null : <span className="block font-medium">{name}</span>}
      <code className={name === undefined ? "font-mono text-xs" : "font-mono text-ink-faint text-xs"}>
        {action}
      </code>
    </>
  );
}
