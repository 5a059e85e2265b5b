"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { type AuthProvider, startSocialSignIn } from "@/api/auth";
import { ProviderIcon } from "@/components/provider-icons";
import { Button } from "@/components/ui/button";
import { PROVIDER_NAMES } from "./provider-names";

type SocialButtonsProps = {
  providers: readonly AuthProvider[];
  next: string;
  onError: (error: unknown) => void;
};

export function SocialButtons({ providers, next, onError }: SocialButtonsProps) {
  const t = useTranslations("auth");
  const [opening, setOpening] = useState<AuthProvider>();
  const open = (provider: AuthProvider) => {
    setOpening(provider);
    startSocialSignIn(provider, next).then(
      (url) => window.location.assign(url),
      (error: unknown) => {
        setOpening(undefined);
        onError(error);
      },
    );
  };
  if (providers.length === 0) return null;
  return (
    <div className="flex flex-col gap-2">
      {providers.map((provider) => (
        <Button
          key={provider}
          size="lg"
          onClick={() => open(provider)}
          pending={opening === provider}
          disabled={opening !== undefined}
        >
          {opening === provider ? null : <ProviderIcon provider={provider} />}
          {t("continueWith", { provider: PROVIDER_NAMES[provider] })}
        </Button>
      ))}
    </div>
  );
}
