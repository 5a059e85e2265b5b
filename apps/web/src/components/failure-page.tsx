"use client";

import { useFailureWords } from "./failure-words";

type FailurePageProps = { reference?: string; onRetry: () => void };

/** Every page loads this, in case it fails: so it brings neither the design system nor the messages along. */
export function FailurePage({ reference, onRetry }: FailurePageProps) {
  const words = useFailureWords();
  return (
    <div
      role="alert"
      className="flex min-h-[70dvh] flex-col items-center justify-center px-5 py-16 text-center"
    >
      <h1 className="font-semibold text-xl">{words?.title}</h1>
      <p className="mt-2 max-w-md text-ink-soft">{words?.text}</p>
      {reference ? <code className="mt-3 font-mono text-ink-faint text-xs">{reference}</code> : null}
      <button
        type="button"
        onClick={onRetry}
        className="mt-6 h-9 rounded-md bg-ink px-3.5 font-medium text-canvas text-sm shadow-card"
      >
        {words?.retry}
      </button>
    </div>
  );
}
