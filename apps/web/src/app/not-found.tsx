import { useTranslations } from "next-intl";
import { Wordmark } from "@/components/brand";
import { PlainLink } from "@/components/plain-link";
import { Button } from "@/components/ui/button";

/** With plain links: every page loads this one too. */
export default function NotFound() {
  const t = useTranslations("notFound");
  return (
    <div className="flex min-h-dvh flex-col px-5 py-6 sm:px-10">
      <header>
        <PlainLink href="/" className="inline-block rounded-md">
          <Wordmark />
        </PlainLink>
      </header>
      <main className="flex flex-1 flex-col items-center justify-center py-16 text-center">
        <p className="num text-ink-faint text-sm">404</p>
        <h1 className="mt-2 font-semibold text-2xl">{t("title")}</h1>
        <p className="mt-2 max-w-md text-ink-soft">{t("text")}</p>
        <Button asChild variant="primary" className="mt-6">
          <PlainLink href="/">{t("home")}</PlainLink>
        </Button>
      </main>
    </div>
  );
}
