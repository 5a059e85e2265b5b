"use client";

import { useTranslations } from "next-intl";
import { ProviderIcon } from "@/components/provider-icons";
import { Button } from "@/components/ui/button";
import { type ConsentPurpose, useConsent } from "./use-consent";

type CreateWorkerButtonProps = {
  /** What the consent is for; without it a new worker is made. */
  purpose?: ConsentPurpose;
  label: string;
  variant?: "primary" | "secondary";
};

/** Asks the API where the consent is given, and takes the browser there. */
export function CreateWorkerButton({ purpose = {}, label, variant = "primary" }: CreateWorkerButtonProps) {
  const t = useTranslations("workers");
  const { ask, pending } = useConsent();
  return (
    <Button variant={variant} onClick={() => ask(purpose)} pending={pending}>
      {pending ? null : <ProviderIcon provider="github" />}
      {pending ? t("opening") : label}
    </Button>
  );
}
