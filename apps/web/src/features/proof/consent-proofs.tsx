import { CircleCheck, Clock, ShieldAlert } from "lucide-react";
import { useTranslations } from "next-intl";
import type { SharedProof } from "@/api/types";
import { Instant } from "@/components/instant";
import { Section } from "@/components/ui/card";

type ConsentProofsProps = Pick<SharedProof, "consents" | "revocations">;

/** That each token which was lent has ended, and where the log says so. */
export function ConsentProofs({ consents, revocations }: ConsentProofsProps) {
  const t = useTranslations("proof.consents");
  const isWell = consents.unproven === 0;
  const Icon = isWell ? CircleCheck : ShieldAlert;
  return (
    <Section title={t("title")}>
      <p className={`flex items-start gap-2.5 text-sm ${isWell ? "text-ok" : "text-danger"}`}>
        <Icon aria-hidden className="mt-0.5 size-4 shrink-0" />
        {consents.granted === 0
          ? t("none")
          : isWell
            ? t("all", { count: consents.granted })
            : t("unproven", { count: consents.unproven })}
      </p>
      {revocations.length === 0 ? null : (
        <ul className="mt-4 divide-y divide-line border-line border-t text-sm">
          {revocations.map(({ entry, proof }) => (
            <li key={entry.id} className="py-2.5">
              <p className="flex flex-wrap justify-between gap-x-4">
                <span>{t("ended")}</span>
                <Instant at={entry.recordedAt} as="full" className="text-ink-soft" />
              </p>
              <p className="mt-0.5 flex items-center gap-1.5 text-ink-faint text-xs">
                {proof.inclusion ? null : <Clock aria-hidden className="size-3.5" />}
                {proof.inclusion ? t("included", { number: proof.inclusion.leafIndex + 1 }) : t("waiting")}
              </p>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
