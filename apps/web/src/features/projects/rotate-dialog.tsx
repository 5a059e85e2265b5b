"use client";

import { useTranslations } from "next-intl";
import { type FormEvent, type ReactNode, useId, useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Field, Select } from "@/components/ui/field";

/** How long the old one stays good, in seconds: what people wait for a roll-out. */
const OVERLAPS = [0, 3_600, 86_400, 604_800] as const;
type Overlap = (typeof OVERLAPS)[number];

type RotateDialogProps = {
  trigger: (open: () => void) => ReactNode;
  title: string;
  description: string;
  confirmLabel: string;
  onConfirm: (overlapSeconds: number) => Promise<unknown>;
};

/** Replaces a key or a secret, and asks how long the old one may go on. */
export function RotateDialog({ trigger, title, description, confirmLabel, onConfirm }: RotateDialogProps) {
  const t = useTranslations("rotate");
  const common = useTranslations("common");
  const formId = useId();
  const [open, setOpen] = useState(false);
  const [pending, setPending] = useState(false);
  const [overlap, setOverlap] = useState<Overlap>(86_400);
  const confirm = (event: FormEvent) => {
    event.preventDefault();
    if (pending) return;
    setPending(true);
    onConfirm(overlap)
      .then(() => setOpen(false))
      // The mutation has said what failed; here it only must not close.
      .catch(() => undefined)
      .finally(() => setPending(false));
  };
  return (
    <>
      {trigger(() => setOpen(true))}
      <Dialog
        open={open}
        onOpenChange={setOpen}
        title={title}
        description={description}
        footer={
          <>
            <Button onClick={() => setOpen(false)}>{common("cancel")}</Button>
            <Button
              type="submit"
              form={formId}
              variant={overlap === 0 ? "danger" : "primary"}
              pending={pending}
            >
              {confirmLabel}
            </Button>
          </>
        }
      >
        <form id={formId} onSubmit={confirm}>
          <Field label={t("overlap")} hint={t("overlapHint")}>
            <Select
              value={overlap}
              onChange={(e) => setOverlap(OVERLAPS.find((it) => it === Number(e.target.value)) ?? 0)}
            >
              {OVERLAPS.map((seconds) => (
                <option key={seconds} value={seconds}>
                  {t(`for.${seconds}`)}
                </option>
              ))}
            </Select>
          </Field>
        </form>
      </Dialog>
    </>
  );
}
