"use client";

import { ChevronDown, SlidersHorizontal } from "lucide-react";
import { usePathname } from "next/navigation";
import { useTranslations } from "next-intl";
import { type ReactNode, useEffect, useEffectEvent, useRef } from "react";
import { ShallowLink } from "./shallow-link";
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

type FilterFoldProps = {
  /** How many of its fields ask for something. */
  count: number;
  /** What asks for everything again: its text, and the query of the address then. Undefined where nothing is asked for. */
  clear: { text: string; query: string } | undefined;
  children: ReactNode;
};

/** A form's fields, folded on a phone, where they would fill the screen before the list begins. No script is involved. */
export function FilterFold({ count, clear, children }: FilterFoldProps) {
  const t = useTranslations("common");
  return (
    <>
      <details className="filter-fold group col-span-2 not-open:has-[+a]:col-span-1 sm:contents">
        <summary className="flex h-10 list-none items-center gap-2 rounded-md border border-line-field bg-surface px-3 text-base hover:bg-hover [&::-webkit-details-marker]:hidden">
          <SlidersHorizontal aria-hidden className="size-4 text-ink-faint" />
          {t("filters")}
          {count > 0 ? (
            <span className="rounded-full bg-accent-soft px-2 py-0.5 font-medium text-accent text-xs">
              {t("filtersSet", { count })}
            </span>
          ) : null}
          <ChevronDown
            aria-hidden
            className="ml-auto size-4 shrink-0 text-ink-faint transition-transform group-open:rotate-180"
          />
        </summary>
        <div className="grid grid-cols-2 gap-3 pt-3 sm:contents">{children}</div>
      </details>
      {clear ? (
        <Button
          asChild
          variant="ghost"
          size="field"
          className="col-span-2 sm:col-span-1 [details:not([open])+&]:col-span-1"
        >
          <ShallowLink query={clear.query}>{clear.text}</ShallowLink>
        </Button>
      ) : null}
    </>
  );
}

function toFields(data: FormData): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const [name, value] of data) if (typeof value === "string") fields[name] = value;
  return fields;
}
