import type { ComponentProps } from "react";

/**
 * A link that loads its page anew. For public pages: the router's link costs its own script on every first visit,
 * and from there the way leads once, into the app.
 */
export function PlainLink({ children, ...rest }: ComponentProps<"a"> & { href: string }) {
  return <a {...rest}>{children}</a>;
}
