"use client";

import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import Link from "next/link";
import { queries } from "@/api/queries";
import { Button } from "@/components/ui/button";

/** For those who have one already; the first is made from the page's empty state. */
export function AnotherWorker() {
  const t = useTranslations("workers");
  const workers = useQuery(queries.workers());
  if (!workers.data || workers.data.rows.length === 0) return null;
  return (
    <Button asChild>
      <Link href="/app/workers/new">{t("createAnother")}</Link>
    </Button>
  );
}
