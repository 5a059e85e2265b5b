"use client";

import { createContext, type ReactNode, useContext } from "react";

export type FailureWords = { title: string; text: string; retry: string };

const FailureWordsContext = createContext<FailureWords | undefined>(undefined);

/** The words of the error page. It may stand on any page, also on those that load no messages at all. */
export function FailureWordsProvider({ words, children }: { words: FailureWords; children: ReactNode }) {
  return <FailureWordsContext value={words}>{children}</FailureWordsContext>;
}

export function useFailureWords(): FailureWords | undefined {
  return useContext(FailureWordsContext);
}
