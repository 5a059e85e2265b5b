"use client";

import { useSearchParams } from "next/navigation";
import type { HintChoice } from "@/api/queries";
import { parseHintChoice, writeHintChoice } from "./hint-choice";

/** What is listed, which lives in the address beside what else is there. */
export function useHintChoice() {
  const search = useSearchParams();
  return {
    choice: parseHintChoice(Object.fromEntries(search)),
    queryOf: (choice: HintChoice | undefined) => writeHintChoice(search, choice),
  };
}
