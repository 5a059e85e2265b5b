"use client";

import { type LucideIcon, X } from "lucide-react";
import Link from "next/link";
import type { ReactNode } from "react";
import { Button } from "@/components/ui/button";

const TONES = { warning: "bg-warning-soft text-warning", danger: "bg-danger-soft text-danger" };

type WorkerNoticeRowProps = {
  tone: keyof typeof TONES;
  icon: LucideIcon;
  workerId: string;
  /** What the link to the worker says. */
  link: string;
  /** Names the button that puts it out of sight. */
  dismissLabel: string;
  onDismiss: () => void;
  children: ReactNode;
};

/** What somebody should know of a worker, the way to it, and one to put it out of sight. */
export function WorkerNoticeRow({ tone, icon: Icon, children, ...row }: WorkerNoticeRowProps) {
  return (
    <li className={`flex items-start gap-x-3 rounded-lg px-4 py-3 text-sm ${TONES[tone]}`}>
      <Icon aria-hidden className="mt-0.5 size-4 shrink-0" />
      <span className="flex min-w-0 flex-1 flex-wrap gap-x-4 gap-y-1">
        <span className="min-w-40 flex-1">{children}</span>
        <Link href={`/app/workers/${row.workerId}`} className="font-medium underline">
          {row.link}
        </Link>
      </span>
      <Button
        variant="ghost"
        size="icon-sm"
        className="-my-1"
        aria-label={row.dismissLabel}
        onClick={row.onDismiss}
      >
        <X aria-hidden />
      </Button>
    </li>
  );
}
