import { CircleCheck } from "lucide-react";
import { useTranslations } from "next-intl";
import type { Project } from "@/api/types";
import { Section } from "@/components/ui/card";
import { listIntegrationSteps } from "./integration-steps";

/** What to do, in its order; done steps are ticked. */
export function IntegrationGuide({ project }: { project: Project }) {
  const t = useTranslations("integration.guide");
  const { source } = project.endpoint;
  const code = (chunks: React.ReactNode) => <code className="font-mono text-xs">{chunks}</code>;
  return (
    <Section title={t("title")} hint={t("hint")}>
      <ol className="grid gap-x-6 gap-y-4 sm:grid-cols-2 xl:grid-cols-4">
        {listIntegrationSteps(project).map(({ step, done }, index) => {
          const text = step === "activate" && source !== "endpoint" ? (`activate_${source}` as const) : step;
          return (
            <li key={step} className="flex gap-3 text-sm">
              {done ? (
                <CircleCheck aria-label={t("done")} className="size-6 shrink-0 text-ok" />
              ) : (
                <span
                  aria-hidden
                  className="num flex size-6 shrink-0 items-center justify-center rounded-full border border-line-field text-ink-soft text-xs"
                >
                  {index + 1}
                </span>
              )}
              <div className="min-w-0">
                <p className="font-medium leading-6">{t(`${text}.title`)}</p>
                <p className="mt-0.5 text-ink-soft">{t.rich(`${text}.text`, { code })}</p>
              </div>
            </li>
          );
        })}
      </ol>
    </Section>
  );
}
