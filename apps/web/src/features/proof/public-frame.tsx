import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Wordmark } from "@/components/brand";
import { PlainLink } from "@/components/plain-link";
import { Button } from "@/components/ui/button";
import { LanguageChoice } from "@/preferences/language-choice";

type PublicFrameProps = { title: string; lead: ReactNode; signedIn: boolean; children: ReactNode };

/** What stands around a page that everybody may read. */
export function PublicFrame({ title, lead, signedIn, children }: PublicFrameProps) {
  const t = useTranslations("proof");
  return (
    <div className="mx-auto max-w-5xl px-5 sm:px-8">
      <header className="flex h-16 items-center justify-between gap-4">
        <PlainLink href="/" className="rounded-md">
          <Wordmark />
        </PlainLink>
        {signedIn ? (
          <Button asChild>
            <PlainLink href="/app">{t("backToApp")}</PlainLink>
          </Button>
        ) : null}
      </header>
      <main className="pt-10 pb-16 lg:pt-14">
        <h1 className="font-semibold text-2xl tracking-[-0.02em]">{title}</h1>
        <div className="mt-3 max-w-2xl text-ink-soft text-md">{lead}</div>
        <div className="mt-10 grid grid-cols-[minmax(0,1fr)] gap-8">{children}</div>
      </main>
      <footer className="flex justify-end border-line border-t py-7 text-ink-faint text-sm">
        <LanguageChoice />
      </footer>
    </div>
  );
}
