import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import type { SharedProof } from "@/api/types";
import { Instant } from "@/components/instant";
import { Section } from "@/components/ui/card";
import { Table, Td, Th, Tr } from "@/components/ui/table";

export type ProvenWorker = SharedProof["workers"][number];

type HandshakeListProps = { workers: readonly ProvenWorker[]; below?: (worker: ProvenWorker) => ReactNode };

/** The last handshakes of each worker, with what was checked of the run that made them. */
export function HandshakeList({ workers, below }: HandshakeListProps) {
  const t = useTranslations("proof.handshakes");
  return (
    <Section title={t("title")} hint={t("hint")} bodyClassName="border-t border-line">
      {workers.length === 0 ? <p className="px-5 py-4 text-ink-soft text-sm">{t("none")}</p> : null}
      {workers.map((worker) => (
        <div key={worker.id} className="border-line not-last:border-b">
          <h3 className="px-5 pt-4 pb-2 text-sm">
            <span className="text-ink-faint">{t("bound")} </span>
            <span className="wrap-anywhere font-medium">{worker.repository ?? t("repository")}</span>{" "}
            <code className="num font-mono text-ink-soft text-xs">{worker.repositoryId}</code>
          </h3>
          <Handshakes worker={worker} label={`${t("title")} ${worker.repositoryId ?? ""}`} />
          {below?.(worker)}
        </div>
      ))}
    </Section>
  );
}

function Handshakes({ worker, label }: { worker: ProvenWorker; label: string }) {
  const t = useTranslations("proof.handshakes");
  if (worker.handshakes.length === 0)
    return <p className="px-5 pb-4 text-ink-soft text-sm">{t("noneYet")}</p>;
  if (worker.kind === "resident")
    return (
      <div className="px-5 pb-4 text-sm">
        <p className="text-ink-soft">{t("resident")}</p>
        <p className="mt-1">
          {worker.handshakes.slice(0, 1).map(({ at }) => (
            <Instant key={at} at={at} as="full" />
          ))}
        </p>
      </div>
    );
  return (
    <Table label={label} stacked>
      <thead>
        <tr>
          <Th>{t("at")}</Th>
          <Th>{t("run")}</Th>
          <Th>{t("event")}</Th>
          <Th>{t("repository")}</Th>
          <Th>{t("commit")}</Th>
          {worker.repository === null ? null : <Th>{t("workflow")}</Th>}
        </tr>
      </thead>
      <tbody>
        {worker.handshakes.map(({ at, runner }) => (
          <Tr key={at}>
            <Td className="whitespace-nowrap">
              <Instant at={at} />
            </Td>
            <Td name={t("run")} className="num font-mono text-xs">
              {runner?.runId}
            </Td>
            <Td name={t("event")} className="text-xs">
              {runner?.eventName}
            </Td>
            <Td name={t("repository")} className="num font-mono text-xs">
              {runner?.repositoryId}
              <span className="text-ink-faint">
                {" "}
                · {t("owner")} {runner?.repositoryOwnerId}
              </span>
            </Td>
            <Td name={t("commit")} className="font-mono text-xs">
              {runner?.workflowSha?.slice(0, 12)}
            </Td>
            {worker.repository === null ? null : (
              <Td name={t("workflow")} data-whole className="break-all font-mono text-xs">
                {runner?.workflowRef}
              </Td>
            )}
          </Tr>
        ))}
      </tbody>
    </Table>
  );
}
