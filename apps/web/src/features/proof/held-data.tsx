import { ChevronRight } from "lucide-react";
import { useTranslations } from "next-intl";
import type { Security } from "@/api/types";
import { Section } from "@/components/ui/card";

type Subject = Security["subjects"][number];
type Table = Subject["tables"][number];
type Kind = Table["columns"][number]["kind"];

/** Every column of the database by what it holds. Opens and closes without any script. */
export function HeldData({ subjects }: { subjects: Security["subjects"] }) {
  const t = useTranslations("proof");
  const kinds = [
    ...new Set(subjects.flatMap(({ tables }) => tables.flatMap(({ columns }) => columns.map((c) => c.kind)))),
  ];
  return (
    <Section title={t("held.title")} hint={t("held.hint")} bodyClassName="border-t border-line">
      {subjects.map((subject, index) => (
        <HeldSubject key={subject.subject} subject={subject} open={index === 0} />
      ))}
      <details className="group">
        <Summary>{t("held.legend")}</Summary>
        <dl className="grid gap-x-8 gap-y-2.5 px-5 pb-5 text-sm sm:grid-cols-2">
          {kinds.map((kind) => (
            <div key={kind}>
              <dt className="font-medium">{t(`kinds.${kind}.name`)}</dt>
              <dd className="text-ink-soft">{t(`kinds.${kind}.what`)}</dd>
            </div>
          ))}
        </dl>
      </details>
    </Section>
  );
}

function HeldSubject({ subject: { subject, tables }, open }: { subject: Subject; open: boolean }) {
  const t = useTranslations("proof");
  return (
    <details open={open} className="group border-line border-b">
      <Summary note={t("held.tables", { count: tables.length })}>{t(`subjects.${subject}`)}</Summary>
      <div className="divide-y divide-line border-line border-t">
        {tables.map((table) => (
          <HeldTable key={table.name} table={table} />
        ))}
      </div>
    </details>
  );
}

function Summary({ children, note }: { children: string; note?: string }) {
  return (
    <summary className="-outline-offset-2 flex cursor-pointer list-none items-center gap-2 px-5 py-3.5 font-medium hover:bg-hover [&::-webkit-details-marker]:hidden">
      <ChevronRight
        aria-hidden
        className="size-4 shrink-0 text-ink-faint transition-transform group-open:rotate-90"
      />
      {children}
      {note ? <span className="ml-auto font-normal text-ink-faint text-xs">{note}</span> : null}
    </summary>
  );
}

function HeldTable({ table: { name, kept, keptDays, columns } }: { table: Table }) {
  const t = useTranslations("proof");
  const kinds = [...new Set(columns.map(({ kind }) => kind))];
  return (
    <div className="px-5 py-4">
      <h3 className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-0.5">
        <code className="break-all font-mono font-semibold text-sm">{name}</code>
        <span className="text-ink-faint text-xs">
          {t("held.kept")}: {t(`keptFor.${kept}`, { days: keptDays ?? 0 })}
        </span>
      </h3>
      <dl className="mt-2 grid gap-x-5 gap-y-1.5 text-sm sm:grid-cols-[11rem_minmax(0,1fr)]">
        {kinds.map((kind) => (
          <Columns
            key={kind}
            kind={kind}
            names={columns.filter((column) => column.kind === kind).map((column) => column.name)}
          />
        ))}
      </dl>
    </div>
  );
}

function Columns({ kind, names }: { kind: Kind; names: string[] }) {
  const t = useTranslations("proof.kinds");
  return (
    <>
      <dt className="text-ink-soft" title={t(`${kind}.what`)}>
        {t(`${kind}.name`)}
      </dt>
      <dd className="min-w-0 font-mono text-ink-faint text-xs leading-5">{names.join(", ")}</dd>
    </>
  );
}
