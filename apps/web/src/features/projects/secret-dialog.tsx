"use client";

import { ShieldAlert } from "lucide-react";
import { useTranslations } from "next-intl";
import { Button } from "@/components/ui/button";
import { CopyButton } from "@/components/ui/copy-button";
import { Dialog } from "@/components/ui/dialog";

export type ShownSecret = { kind: "apiKey" | "hmac"; plain: string };

type SecretDialogProps = { secret: ShownSecret | undefined; onClose: () => void };

/** The only time a secret is on the screen. It does not close by a stray click. */
export function SecretDialog({ secret, onClose }: SecretDialogProps) {
  const t = useTranslations("secret");
  if (!secret) return null;
  return (
    <Dialog
      open
      sticky
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={t(`${secret.kind}.title`)}
      description={t(`${secret.kind}.description`)}
      footer={
        <Button variant="primary" onClick={onClose}>
          {t("done")}
        </Button>
      }
    >
      <div className="flex items-center gap-2 rounded-md border border-line bg-sunken py-2 pr-2 pl-3.5">
        <output aria-label={t(`${secret.kind}.label`)} className="min-w-0 flex-1 break-all font-mono text-sm">
          {secret.plain}
        </output>
        <CopyButton text={secret.plain} label={t(`${secret.kind}.copy`)} withText />
      </div>
      <p className="mt-3 flex items-start gap-2 text-sm text-warning">
        <ShieldAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
        {t("once")}
      </p>
    </Dialog>
  );
}
