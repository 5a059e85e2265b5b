import { useTranslations } from "next-intl";

const STEPS = ["facts", "review"] as const;

/** Where somebody is on the way to a new project. */
export function CreateSteps({ current }: { current: (typeof STEPS)[number] }) {
  const t = useTranslations("projectForm");
  return (
    <ol aria-label={t("steps.label")} className="flex gap-6 border-line border-b px-6 py-3.5 text-sm">
      {STEPS.map((step, index) => (
        <li
          key={step}
          aria-current={step === current ? "step" : undefined}
          className="group flex items-center gap-2 text-ink-faint aria-[current=step]:font-medium aria-[current=step]:text-ink"
        >
          <span
            aria-hidden
            className="num flex size-6 items-center justify-center rounded-full border border-line text-xs group-aria-[current=step]:border-accent group-aria-[current=step]:text-accent"
          >
            {index + 1}
          </span>
          {t(`steps.${step}`)}
        </li>
      ))}
    </ol>
  );
}
