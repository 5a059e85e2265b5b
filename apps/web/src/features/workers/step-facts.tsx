"use client";

import { useTranslations } from "next-intl";

const ORDER = ["repository", "visibility", "made", "commit", "names", "workflow", "version"] as const;

/** What exactly a step did, in the reader's words; names, ids and paths as they are. */
export function StepFacts({ facts }: { facts: Readonly<Record<string, string>> }) {
  const t = useTranslations("provisioning.fact");
  const values = useTranslations("provisioning.factValue");
  const rows = ORDER.flatMap((name) => (facts[name] === undefined ? [] : [[name, facts[name]] as const]));
  if (rows.length === 0) return null;
  return (
    <dl className="mt-2 grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 rounded-md bg-sunken px-3 py-2 text-xs">
      {rows.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="text-ink-faint">{t(name)}</dt>
          {values.has(value as never) ? (
            <dd>{values(value as never)}</dd>
          ) : (
            <dd className="break-all font-mono">{value}</dd>
          )}
        </div>
      ))}
    </dl>
  );
}
