import { useTranslations } from "next-intl";
import type { Security } from "@/api/types";
import { Section } from "@/components/ui/card";
import { CodeBlock } from "@/components/ui/code-block";

type CheckListProps = { checks: Security["checks"]; workerSha256?: string };

/** Commands for the reader's own terminal: the very texts that the tests run. */
export function CheckList({ checks, workerSha256 = "" }: CheckListProps) {
  const t = useTranslations("proof.checks");
  return (
    <Section title={t("title")} hint={t("hint")}>
      <ol className="flex flex-col gap-6">
        {checks.map(({ id, command, shows }) => (
          <li key={id}>
            <h3 className="font-medium">{t(`${id}.title`)}</h3>
            <p className="mt-1 mb-2.5 max-w-prose break-words text-ink-soft text-sm">
              {t(`${id}.text`, { sha256: workerSha256 })}
            </p>
            <CodeBlock title="sh" code={command} copyLabel={t("copy")} />
            {shows === null ? null : (
              <p className="mt-1.5 text-ink-faint text-xs">
                {t("prints")} <code className="font-mono text-ink-soft">{shows}</code>
              </p>
            )}
          </li>
        ))}
      </ol>
    </Section>
  );
}
