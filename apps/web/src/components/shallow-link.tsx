"use client";

import { usePathname } from "next/navigation";
import type { ComponentProps, MouseEvent } from "react";

type ShallowLinkProps = Omit<ComponentProps<"a">, "href"> & { query: string };

/**
 * This page with another query, which only the browser needs to know: nothing is fetched but what the query asks for.
 * Before the page is alive, and in another tab, it is a link like any other.
 */
export function ShallowLink({ query, children, ...rest }: ShallowLinkProps) {
  const pathname = usePathname();
  const href = query === "" ? pathname : `${pathname}?${query}`;
  return (
    <a href={href} onClick={(event) => showHere(event, href)} {...rest}>
      {children}
    </a>
  );
}

function showHere(event: MouseEvent, href: string) {
  if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  window.history.pushState(null, "", href);
}
