import { KeyRound, Lock, ScrollText, TriangleAlert, X } from "lucide-react";
import { useTranslations } from "next-intl";
import { Section } from "@/components/ui/card";

const promises = [
  { key: "token", icon: KeyRound, tone: "text-ok" },
  { key: "code", icon: Lock, tone: "text-ok" },
  { key: "record", icon: ScrollText, tone: "text-ok" },
  { key: "limit", icon: TriangleAlert, tone: "text-warning" },
] as const;
const absent = ["github", "code", "answers", "keys", "password", "master"] as const;

/** What is promised, and where the promise ends. */
export function Promises() {
  const t = useTranslations("proof.short");
  return (
    <section aria-label={t("title")} className="grid gap-x-10 gap-y-7 sm:grid-cols-2">
      {promises.map(({ key, icon: Icon, tone }) => (
        <div key={key} className="border-line border-t pt-5">
          <h2 className="flex items-start gap-2.5 font-semibold">
            <Icon aria-hidden className={`mt-0.5 size-4.5 shrink-0 ${tone}`} />
            {t(`${key}.title`)}
          </h2>
          <p className="mt-2 text-ink-soft text-sm">{t(`${key}.text`)}</p>
        </div>
      ))}
    </section>
  );
}

/** What there is no place for in the database. */
export function NotHeld() {
  const t = useTranslations("proof.not");
  return (
    <Section title={t("title")} hint={t("hint")}>
      <ul className="grid gap-x-8 gap-y-2.5 text-ink-soft text-sm sm:grid-cols-2">
        {absent.map((key) => (
          <li key={key} className="flex items-start gap-2.5">
            <X aria-hidden className="mt-0.5 size-4 shrink-0 text-danger" />
            {t(key)}
          </li>
        ))}
      </ul>
    </Section>
  );
}
