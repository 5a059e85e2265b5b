"use client";

import { CircleAlert, CircleCheck, CircleHelp } from "lucide-react";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Instant } from "@/components/instant";
import type { ContinuityCheck, SignatureCheck, Verification } from "./verify-entry";

type Tone = "proven" | "refuted" | "open";

const SIGNATURE_TONES: Record<SignatureCheck, Tone> = {
  kept_key: "proven",
  first_key: "proven",
  other_key: "refuted",
  forged: "refuted",
  malformed: "refuted",
  wrong_origin: "refuted",
  unsupported: "open",
};
const CONTINUITY_TONES: Record<ContinuityCheck, Tone> = {
  first: "open",
  unchanged: "proven",
  continues: "proven",
  broken: "refuted",
  shorter: "refuted",
  other_log: "refuted",
  unchecked: "open",
};

/** What was proven, what was refuted, and what this browser could not tell: a sentence each. */
export function VerificationResult({ verification }: { verification: Verification }) {
  const t = useTranslations("audit.verify");
  if (verification.state !== "checked") return <Finding tone="open">{t(verification.state)}</Finding>;
  const { isIncluded, signature, continuity, leafNumber, treeSize, keyId, keptAt } = verification;
  const at = () => (keptAt === undefined ? null : <Instant at={keptAt} as="full" />);
  return (
    <>
      <div role="status">
        <ul className="grid gap-3">
          <Finding as="li" tone={isIncluded ? "proven" : "refuted"}>
            {isIncluded ? t("included", { number: leafNumber, size: treeSize }) : t("notIncluded")}
          </Finding>
          <Finding as="li" tone={SIGNATURE_TONES[signature]}>
            {t.rich(`signature.${signature}`, {
              key: () => <code className="font-mono text-xs">{keyId}</code>,
            })}
          </Finding>
          <Finding as="li" tone={CONTINUITY_TONES[continuity]}>
            {t.rich(`continuity.${continuity}`, { at })}
          </Finding>
        </ul>
      </div>
      <p className="mt-4 border-line border-t pt-3 text-ink-faint text-xs">{t("limits")}</p>
    </>
  );
}

const MARKS = {
  proven: { icon: CircleCheck, className: "text-ok" },
  refuted: { icon: CircleAlert, className: "text-danger" },
  open: { icon: CircleHelp, className: "text-ink-faint" },
};

function Finding({ tone, as: Tag = "p", children }: { tone: Tone; as?: "p" | "li"; children: ReactNode }) {
  const t = useTranslations("audit.verify.tone");
  const { icon: Icon, className } = MARKS[tone];
  return (
    <Tag className="flex gap-2.5 text-sm">
      <Icon aria-hidden className={`mt-0.5 size-4 shrink-0 ${className}`} />
      <span className="min-w-0 break-words">
        <span className={`font-medium ${className}`}>{t(tone)}</span> {children}
      </span>
    </Tag>
  );
}
