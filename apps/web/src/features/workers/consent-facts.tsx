import { Check, X } from "lucide-react";
import { useTranslations } from "next-intl";

const done = ["repository", "files", "secrets", "revoke"] as const;
const never = ["token", "code", "others"] as const;

/** What the consent is used for, and what is never kept. */
export function ConsentFacts() {
  const t = useTranslations("consent");
  return (
    <div className="grid gap-x-8 gap-y-5 text-left text-sm sm:grid-cols-2">
      <div>
        <h3 className="font-semibold">{t("doneTitle")}</h3>
        <ul className="mt-2.5 flex flex-col gap-2">
          {done.map((key) => (
            <li key={key} className="flex items-start gap-2.5 text-ink-soft">
              <Check aria-hidden className="mt-0.5 size-4 shrink-0 text-ok" />
              {t(`done.${key}`)}
            </li>
          ))}
        </ul>
      </div>
      <div>
        <h3 className="font-semibold">{t("neverTitle")}</h3>
        <ul className="mt-2.5 flex flex-col gap-2">
          {never.map((key) => (
            <li key={key} className="flex items-start gap-2.5 text-ink-soft">
              <X aria-hidden className="mt-0.5 size-4 shrink-0 text-danger" />
              {t(`never.${key}`)}
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}
