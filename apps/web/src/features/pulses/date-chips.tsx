"use client";

import { X } from "lucide-react";
import { Button } from "@/components/ui/button";

type DateChipsProps = {
  label: string;
  chips: ReadonlyArray<{ key: string; text: string; remove: string; onRemove: () => void }>;
};

/** Chosen dates in a row, each with a button that takes it out. */
export function DateChips({ label, chips }: DateChipsProps) {
  if (chips.length === 0) return null;
  return (
    <ul aria-label={label} className="mt-2.5 flex flex-wrap gap-1.5">
      {chips.map(({ key, text, remove, onRemove }) => (
        <li
          key={key}
          className="flex items-center gap-1 rounded-md border border-line bg-sunken py-0.5 pr-0.5 pl-2.5 text-sm"
        >
          {text}
          <Button variant="ghost" size="icon-sm" aria-label={remove} onClick={onRemove}>
            <X aria-hidden />
          </Button>
        </li>
      ))}
    </ul>
  );
}
