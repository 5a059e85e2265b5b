import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Wordmark } from "@/components/brand";
import { PlainLink } from "@/components/plain-link";
import { ConsentFacts } from "../workers/consent-facts";
import { LanguageChoice } from "@/preferences/language-choice";

type AuthPageProps = { title: string; description: string; children: ReactNode };

/** The frame of the sign-in and sign-up pages: the form, and beside it what the product never keeps. */
export function AuthPage({ title, description, children }: AuthPageProps) {
  const t = useTranslations("auth");
  const landing = useTranslations("landing");
  return (
    <div data-product="keepstreak" className="grid min-h-dvh lg:grid-cols-[minmax(0,1fr)_minmax(0,1fr)]">
      <div className="flex flex-col px-5 py-6 sm:px-10">
        <header>
          <PlainLink href="/" className="inline-block rounded-md">
            <Wordmark />
          </PlainLink>
        </header>
        <main className="mx-auto flex w-full max-w-sm flex-1 flex-col py-12 lg:pt-[9vh]">
          <h1 className="font-semibold text-2xl">{title}</h1>
          <p className="mt-1.5 mb-7 text-ink-soft">{description}</p>
          {children}
        </main>
        <footer>
          <LanguageChoice />
        </footer>
      </div>
      <aside
        aria-label={landing("promise.title")}
        className="hidden flex-col justify-center border-line border-l bg-rail px-12 py-16 lg:flex xl:px-20"
      >
        <div className="max-w-lg">
          <h2 className="font-semibold text-xl">{landing("promise.title")}</h2>
          <p className="mt-2.5 mb-9 text-ink-soft text-md">{t("asideText")}</p>
          <ConsentFacts />
        </div>
      </aside>
    </div>
  );
}
