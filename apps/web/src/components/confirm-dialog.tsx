"use client";

import { useTranslations } from "next-intl";
import { type FormEvent, type ReactNode, useId, useState } from "react";
import { Button } from "./ui/button";
import { Dialog } from "./ui/dialog";
import { Field, Input } from "./ui/field";

type ConfirmDialogProps = {
  trigger: (open: () => void) => ReactNode;
  title: string;
  description: string;
  confirmLabel: string;
  /** What has to be typed before the button works; without it a click is enough. */
  typedName?: string;
  danger?: boolean;
  onConfirm: () => Promise<unknown>;
};

/** Asks before something that cannot be taken back. Stays open when it fails, closes when it is done. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const { trigger, title, description, confirmLabel, typedName, danger = true, onConfirm } = props;
  const t = useTranslations("common");
  const formId = useId();
  const [open, setOpen] = useState(false);
  const [typed, setTyped] = useState("");
  const [pending, setPending] = useState(false);
  const ready = typedName === undefined || typed.trim() === typedName;
  const confirm = (event: FormEvent) => {
    event.preventDefault();
    if (!ready || pending) return;
    setPending(true);
    onConfirm()
      .then(() => setOpen(false))
      // The mutation has said what failed; here it only must not close.
      .catch(() => undefined)
      .finally(() => setPending(false));
  };
  return (
    <>
      {trigger(() => {
        setTyped("");
        setOpen(true);
      })}
      <Dialog
        open={open}
        onOpenChange={setOpen}
        title={title}
        description={description}
        footer={
          <>
            <Button onClick={() => setOpen(false)}>{t("cancel")}</Button>
            <Button
              type="submit"
              form={formId}
              variant={danger ? "danger" : "primary"}
              disabled={!ready}
              pending={pending}
            >
              {confirmLabel}
            </Button>
          </>
        }
      >
        <form id={formId} onSubmit={confirm}>
          {typedName === undefined ? null : (
            <Field label={t("typeName", { name: typedName })}>
              <Input
                value={typed}
                onChange={(e) => setTyped(e.target.value)}
                autoComplete="off"
                spellCheck={false}
              />
            </Field>
          )}
        </form>
      </Dialog>
    </>
  );
}
