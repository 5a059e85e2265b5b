"use client";

import { useRouter } from "next/navigation";
import { startTransition } from "react";
import { FailurePage } from "@/components/failure-page";

type ErrorPageProps = { error: Error & { digest?: string }; reset: () => void };

export default function ErrorPage({ error, reset }: ErrorPageProps) {
  const router = useRouter();
  const retry = () =>
    startTransition(() => {
      router.refresh();
      reset();
    });
  return (
    <main>
      <FailurePage reference={error.digest} onRetry={retry} />
    </main>
  );
}
