import { useTranslations } from "next-intl";
import type { SharedProof } from "@/api/types";
import { Instant } from "@/components/instant";
import { Section } from "@/components/ui/card";
import { CodeBlock } from "@/components/ui/code-block";

/** The signed note over the whole log: what to keep, to hold the server to its word. */
export function NewestCheckpoint({ checkpoint }: Pick<SharedProof, "checkpoint">) {
  const t = useTranslations("proof.checkpoint");
  if (!checkpoint)
    return (
      <Section title={t("title")}>
        <p className="text-ink-soft text-sm">{t("none")}</p>
      </Section>
    );
  return (
    <Section title={t("title")} hint={t("hint", { count: checkpoint.treeSize })}>
      <CodeBlock title={t("title")} code={checkpoint.note} copyLabel={t("copy")} />
      <p className="mt-1.5 text-ink-faint text-xs">
        <Instant at={checkpoint.madeAt} as="full" />
      </p>
    </Section>
  );
}
