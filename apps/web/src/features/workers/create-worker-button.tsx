"use client";

import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { browserApi } from "@/api/client";
import { unwrap } from "@/api/problem";
import { useProblemToast } from "@/api/use-problem-toast";
import { ProviderIcon } from "@/components/provider-icons";
import { Button } from "@/components/ui/button";

type CreateWorkerButtonProps = {
  /** A provisioning that failed and goes on from its failed step; without it a new worker is made. */
  retryOf?: string;
  label: string;
  variant?: "primary" | "secondary";
};

/** Asks the API where the consent is given, and takes the browser there. */
export function CreateWorkerButton({ retryOf, label, variant = "primary" }: CreateWorkerButtonProps) {
  const t = useTranslations("workers");
  const onError = useProblemToast();
  const start = useMutation({
    mutationFn: () =>
      retryOf === undefined
        ? unwrap(browserApi.POST("/api/v1/provisionings", { body: {} }))
        : unwrap(
            browserApi.POST("/api/v1/provisionings/{id}/retry", {
              params: { path: { id: retryOf } },
              body: {},
            }),
          ),
    onError,
    onSuccess: ({ authorizeUrl }) => window.location.assign(authorizeUrl),
  });
  const pending = start.isPending || start.isSuccess;
  return (
    <Button variant={variant} onClick={() => start.mutate()} pending={pending}>
      {pending ? null : <ProviderIcon provider="github" />}
      {pending ? t("opening") : label}
    </Button>
  );
}
