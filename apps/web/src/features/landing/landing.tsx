import { ArrowRight, KeyRound } from "lucide-react";
import { useTranslations } from "next-intl";
import { KEEPSTREAK_NAME, PRODUCT_NAME, SEQPULSE_NAME, Wordmark } from "@/components/brand";
import { PlainLink } from "@/components/plain-link";
import { Button } from "@/components/ui/button";
import { LanguageChoice } from "@/preferences/language-choice";
import { ConsentFacts } from "../workers/consent-facts";
import { LoopFigure } from "./loop-figure";

/** Without any component of the browser: plain links, so that nothing but the framework is loaded. */
export function Landing({ signedIn }: { signedIn: boolean }) {
  const t = useTranslations("landing");
  return (
    <div className="mx-auto max-w-6xl px-5 sm:px-8">
      <header className="flex h-16 items-center justify-between gap-4">
        <Wordmark />
        <nav aria-label={t("account")} className="flex items-center gap-1.5">
          {signedIn ? null : (
            <Button asChild variant="ghost">
              <PlainLink href="/sign-in">{t("signIn")}</PlainLink>
            </Button>
          )}
          {/* On narrow screens the button below says it too, and both do not fit in every language. */}
          <Button asChild className={signedIn ? undefined : "max-sm:hidden"}>
            <PlainLink href={signedIn ? "/app" : "/sign-up"}>{t(signedIn ? "openApp" : "signUp")}</PlainLink>
          </Button>
        </nav>
      </header>
      <main>
        <section className="grid items-center gap-x-14 gap-y-12 pt-14 pb-20 lg:grid-cols-[minmax(0,1fr)_minmax(0,1.05fr)] lg:pt-24 lg:pb-28">
          <div>
            <h1 className="font-semibold text-display tracking-[-0.035em]">
              <span className="block">{t("titleKnow")}</span>
              <span className="block text-ink-faint">{t("titleAct")}</span>
            </h1>
            <p className="mt-6 max-w-xl text-ink-soft text-lg leading-7">{t("lead")}</p>
            <div className="mt-8 flex flex-wrap gap-3">
              <Button asChild variant="primary" size="xl">
                <PlainLink href={signedIn ? "/app" : "/sign-up"}>
                  {t(signedIn ? "openApp" : "start")}
                  <ArrowRight aria-hidden />
                </PlainLink>
              </Button>
            </div>
            <p className="mt-6 flex items-start gap-2.5 text-ink-soft text-sm">
              <KeyRound aria-hidden className="mt-0.5 size-4 shrink-0 text-keepstreak" />
              {t("zeroToken")}
            </p>
          </div>
          <LoopFigure />
        </section>
        <section aria-label={t("productsLabel")} className="grid border-line border-t md:grid-cols-2">
          <Product name={SEQPULSE_NAME} product="seqpulse" lead={t("seqpulse.lead")}>
            {[t("seqpulse.one"), t("seqpulse.two"), t("seqpulse.three")]}
          </Product>
          <Product name={KEEPSTREAK_NAME} product="keepstreak" lead={t("keepstreak.lead")}>
            {[t("keepstreak.one"), t("keepstreak.two"), t("keepstreak.three")]}
          </Product>
        </section>
        <section
          aria-labelledby="next"
          className="grid gap-x-16 gap-y-3 border-line border-t py-12 md:grid-cols-[minmax(0,2fr)_minmax(0,3fr)] md:py-14"
        >
          <div>
            <p className="text-ink-faint text-sm">{t("next.label")}</p>
            <h2 id="next" className="mt-1 font-semibold text-xl">
              {t("next.title")}
            </h2>
          </div>
          <p className="text-ink-soft">{t("next.text")}</p>
        </section>
        <section aria-labelledby="promise" className="border-line border-t py-16 lg:py-20">
          <div className="grid gap-10 lg:grid-cols-[minmax(0,2fr)_minmax(0,3fr)] lg:gap-16">
            <div>
              <h2 id="promise" className="font-semibold text-2xl">
                {t("promise.title")}
              </h2>
              <p className="mt-3 text-ink-soft text-md">{t("promise.text")}</p>
            </div>
            <ConsentFacts />
          </div>
        </section>
      </main>
      <footer className="flex flex-wrap items-center justify-between gap-4 border-line border-t py-7 text-ink-faint text-sm">
        <p>{t("footer", { product: PRODUCT_NAME })}</p>
        <PlainLink href="/security" className="hover:text-ink hover:underline">
          {t("security")}
        </PlainLink>
        <LanguageChoice />
      </footer>
    </div>
  );
}

type ProductProps = { name: string; product: "seqpulse" | "keepstreak"; lead: string; children: string[] };

function Product({ name, product, lead, children }: ProductProps) {
  return (
    <div
      data-product={product}
      className="border-line py-12 not-first:border-t md:py-16 md:first:pr-12 md:last:border-t-0 md:last:border-l md:last:pl-12"
    >
      <h2 className="flex items-center gap-2.5 font-medium text-accent text-md">
        <span aria-hidden className="h-4 w-1 rounded-full bg-accent" />
        {name}
      </h2>
      <p className="mt-3 max-w-md text-balance font-semibold text-xl">{lead}</p>
      <ul className="mt-6 flex max-w-md flex-col gap-3 text-ink-soft">
        {children.map((line) => (
          <li key={line} className="border-line border-t pt-3">
            {line}
          </li>
        ))}
      </ul>
    </div>
  );
}
