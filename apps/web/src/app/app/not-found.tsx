import { SearchX } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { Button } from "@/components/ui/button";

/** A missing thing and somebody else's thing look the same. */
export default function AppNotFound() {
  const t = useTranslations("notFound");
  return (
    <div className="flex flex-col items-center py-24 text-center">
      <span className="mb-4 grid size-11 place-items-center rounded-lg border border-line bg-surface text-ink-faint">
        <SearchX aria-hidden className="size-5" />
      </span>
      <h1 className="font-semibold text-xl">{t("title")}</h1>
      <p className="mt-1.5 max-w-md text-ink-soft">{t("appText")}</p>
      <Button asChild className="mt-5">
        <Link href="/app">{t("overview")}</Link>
      </Button>
    </div>
  );
}
