import { useFormatter, useTranslations } from "next-intl";
import type { Proof } from "@/api/types";
import { Section } from "@/components/ui/card";

/** How many rows there are of what the public page names. */
export function HeldRows({ rows: { atMost, tables } }: Pick<Proof, "rows">) {
  const t = useTranslations("proof.rows");
  const format = useFormatter();
  const written = (count: number) =>
    count >= atMost ? t("many", { count: format.number(atMost) }) : format.number(count);
  return (
    <Section title={t("title")} hint={t("hint")}>
      <dl className="grid gap-x-8 gap-y-1.5 text-sm sm:grid-cols-2">
        {tables.map(({ name, count }) => (
          <div key={name} className="flex items-baseline justify-between gap-4 border-line border-b py-1">
            <dt className="font-mono text-xs">{name}</dt>
            <dd className="num text-ink-soft">{written(count)}</dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}
