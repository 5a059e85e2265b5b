"use client";

import { useTranslations } from "next-intl";
import type { Worker } from "@/api/types";
import { RelativeTime } from "@/components/instant";
import { Section } from "@/components/ui/card";
import { CodeBlock } from "@/components/ui/code-block";

const gone = ["secret", "sessions", "runs"] as const;
const stays = ["repository", "history"] as const;

/** What became of a worker that was disconnected: what is deleted, what stays, how to delete the rest. */
export function RemovedWorker({ worker }: { worker: Worker }) {
  const t = useTranslations("worker.removed");
  const name = worker.repository?.fullName;
  return (
    <Section
      title={t.rich("title", { at: () => <RelativeTime at={worker.removedAt ?? worker.createdAt} /> })}
    >
      <div className="grid gap-x-8 gap-y-5 text-sm sm:grid-cols-2">
        <div>
          <h3 className="font-semibold">{t("gone")}</h3>
          <ul className="mt-2 list-disc pl-5 text-ink-soft">
            {gone.map((key) => (
              <li key={key}>{t(`goneList.${key}`)}</li>
            ))}
          </ul>
        </div>
        <div>
          <h3 className="font-semibold">{t("stays")}</h3>
          <ul className="mt-2 list-disc pl-5 text-ink-soft">
            {stays.map((key) => (
              <li key={key}>{t(`staysList.${key}`)}</li>
            ))}
          </ul>
        </div>
      </div>
      {name ? (
        <div className="mt-5 flex flex-col gap-3">
          <p className="text-sm">{t("how")}</p>
          <CodeBlock title={t("keep")} code={stopCommands(name)} copyLabel={t("copy")} />
          <CodeBlock title={t("all")} code={`gh repo delete ${name} --yes`} copyLabel={t("copy")} />
        </div>
      ) : null}
    </Section>
  );
}

const stopCommands = (name: string): string =>
  [
    `gh workflow disable pulse.yml --repo ${name}`,
    `gh secret delete KEEPSTREAK_CLIENT_ID --repo ${name}`,
    `gh secret delete HANDSHAKE_SECRET --repo ${name}`,
  ].join("\n");
