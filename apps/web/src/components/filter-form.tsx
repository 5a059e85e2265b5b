"use client";

import { usePathname } from "next/navigation";
import { useTranslations } from "next-intl";
import { type ReactNode, useEffect, useEffectEvent, useRef } from "react";
import { Button } from "./ui/button";

type FilterFormProps = {
  label: string;
  className: string;
  /** The query that the address has now, as `read` would write it. */
  query: string;
  /** The query of the address that its fields ask for; their names are those of the address. */
  read: (fields: Record<string, string>) => string;
  children: ReactNode;
};

/**
 * What a list is filtered by. Its fields filter as they change; what was chosen before the page was alive is caught
 * up with once it is, and where it never is, the form asks for the page with its fields.
 */
export function FilterForm({ label, className, query, read, children }: FilterFormProps) {
  const t = useTranslations("common");
  const pathname = usePathname();
  const form = useRef<HTMLFormElement>(null);
  const findEarlyChoice = useEffectEvent(() => {
    if (!form.current) return undefined;
    const asked = read(toFields(new FormData(form.current)));
    return asked === query ? undefined : asked;
  });
  const show = useEffectEvent((asked: string) =>
    window.history.pushState(null, "", asked === "" ? pathname : `${pathname}?${asked}`),
  );
  useEffect(() => {
    // Read at once, before anything renders the fields anew; said after the router has begun to listen.
    const asked = findEarlyChoice();
    if (asked === undefined) return undefined;
    const timer = setTimeout(() => show(asked), 0);
    return () => clearTimeout(timer);
  }, []);
  return (
    <search aria-label={label}>
      <form
        ref={form}
        method="get"
        // What a browser fills in again by itself is no choice.
        autoComplete="off"
        className={className}
        onSubmit={(event) => event.preventDefault()}
      >
        {children}
        <noscript>
          <Button type="submit" size="field">
            {t("show")}
          </Button>
        </noscript>
      </form>
    </search>
  );
}

function toFields(data: FormData): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const [name, value] of data) if (typeof value === "string") fields[name] = value;
  return fields;
}
