import { ChevronRight } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";

type Crumb = { href: string; label: string };

type PageHeaderProps = {
  title: ReactNode;
  /** State badges beside the title. */
  badges?: ReactNode;
  description?: ReactNode;
  crumbs?: Crumb[];
  actions?: ReactNode;
};

export function PageHeader({ title, badges, description, crumbs = [], actions }: PageHeaderProps) {
  const t = useTranslations("nav");
  return (
    <header className="mb-6 flex flex-wrap items-end justify-between gap-x-6 gap-y-4">
      <div className="min-w-0 max-w-full">
        {crumbs.length > 0 ? (
          <nav aria-label={t("breadcrumb")} className="mb-2">
            <ol className="flex flex-wrap items-center gap-1 text-ink-faint text-sm">
              {crumbs.map((crumb) => (
                <li key={crumb.href} className="flex min-w-0 max-w-full items-center gap-1">
                  <Link
                    href={crumb.href}
                    className="truncate rounded-sm py-0.5 hover:text-ink hover:underline"
                  >
                    {crumb.label}
                  </Link>
                  <ChevronRight aria-hidden className="size-3.5 shrink-0" />
                </li>
              ))}
            </ol>
          </nav>
        ) : null}
        <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
          <h1 className="min-w-0 max-w-full font-semibold text-xl wrap-anywhere">{title}</h1>
          {badges}
        </div>
        {description ? <div className="mt-1 max-w-2xl text-ink-soft text-base">{description}</div> : null}
      </div>
      {actions ? <div className="flex flex-wrap items-center gap-2">{actions}</div> : null}
    </header>
  );
}
