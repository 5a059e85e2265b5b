"use client";

import {
  Activity,
  Boxes,
  CalendarClock,
  Gauge,
  Lightbulb,
  type LucideIcon,
  Rocket,
  ScrollText,
  ServerCog,
  Settings2,
  ShieldCheck,
  Workflow,
} from "lucide-react";
import Link, { useLinkStatus } from "next/link";
import { usePathname } from "next/navigation";
import { useTranslations } from "next-intl";
import { KEEPSTREAK_NAME, SEQPULSE_NAME } from "../brand";
import { cn } from "../ui/cn";

type PageKey =
  | "overview"
  | "deployments"
  | "hints"
  | "projects"
  | "today"
  | "pulses"
  | "workers"
  | "audit"
  | "security"
  | "settings"
  | "admin";
type Group = {
  product: "seqpulse" | "keepstreak" | "shared";
  pages: ReadonlyArray<{ href: string; key: PageKey; icon: LucideIcon }>;
};

const groups: readonly Group[] = [
  {
    product: "seqpulse",
    pages: [
      { href: "/app", key: "overview", icon: Gauge },
      { href: "/app/deployments", key: "deployments", icon: Rocket },
      { href: "/app/hints", key: "hints", icon: Lightbulb },
      { href: "/app/projects", key: "projects", icon: Boxes },
    ],
  },
  {
    product: "keepstreak",
    pages: [
      { href: "/app/today", key: "today", icon: CalendarClock },
      { href: "/app/pulses", key: "pulses", icon: Activity },
      { href: "/app/workers", key: "workers", icon: Workflow },
    ],
  },
  {
    product: "shared",
    pages: [
      { href: "/app/audit", key: "audit", icon: ScrollText },
      { href: "/app/security", key: "security", icon: ShieldCheck },
      { href: "/app/settings", key: "settings", icon: Settings2 },
    ],
  },
];

const ADMIN_PAGE = { href: "/app/admin", key: "admin", icon: ServerCog } as const;

/** Which product a page belongs to: it decides the accent colour. */
export function getProductOf(pathname: string): Group["product"] {
  const isUnder = (href: string) =>
    href === "/app" ? pathname === href : pathname === href || pathname.startsWith(`${href}/`);
  if (isUnder("/app/runs")) return "keepstreak";
  return groups.find((group) => group.pages.some((page) => isUnder(page.href)))?.product ?? "shared";
}

type NavigationProps = { isAdmin: boolean; onNavigate?: () => void };

export function Navigation({ isAdmin, onNavigate }: NavigationProps) {
  const t = useTranslations("nav");
  const pathname = usePathname();
  const headings = { seqpulse: SEQPULSE_NAME, keepstreak: KEEPSTREAK_NAME, shared: t("shared") };
  const isCurrent = (href: string) =>
    href === "/app" ? pathname === href : pathname === href || pathname.startsWith(`${href}/`);
  return (
    <nav aria-label={t("main")} className="flex flex-col gap-6">
      {groups.map((group) => (
        <div key={group.product} data-product={group.product === "shared" ? undefined : group.product}>
          <p
            id={`nav-${group.product}`}
            className="mb-1.5 flex items-center gap-2 px-2.5 font-medium text-ink-faint text-xs"
          >
            {group.product === "shared" ? null : (
              <span aria-hidden className="size-1.5 rounded-full bg-accent" />
            )}
            {headings[group.product]}
          </p>
          <ul aria-labelledby={`nav-${group.product}`} className="flex flex-col gap-0.5">
            {pagesOf(group, isAdmin).map(({ href, key, icon: Icon }) => (
              <li key={href}>
                <Link
                  href={href}
                  onClick={onNavigate}
                  aria-current={isCurrent(href) ? "page" : undefined}
                  className={cn(
                    "flex h-9 items-center gap-2.5 rounded-md px-2.5 font-medium text-ink-soft text-sm transition-colors hover:bg-hover hover:text-ink",
                    "aria-[current=page]:bg-surface aria-[current=page]:text-ink aria-[current=page]:shadow-card aria-[current=page]:ring-1 aria-[current=page]:ring-line",
                    "[&_svg]:text-ink-faint aria-[current=page]:[&_svg]:text-accent",
                  )}
                >
                  <LinkIcon icon={Icon} />
                  {t(key)}
                </Link>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </nav>
  );
}

/** Others are not shown that there is an administrator's page. */
const pagesOf = ({ product, pages }: Group, isAdmin: boolean): Group["pages"] =>
  product === "shared" && isAdmin ? [...pages, ADMIN_PAGE] : pages;

/** The page's icon; it breathes while the page is on its way. */
function LinkIcon({ icon: Icon }: { icon: LucideIcon }) {
  const { pending } = useLinkStatus();
  return <Icon aria-hidden className={cn("size-4 shrink-0", pending && "animate-pulse-dot text-accent")} />;
}
