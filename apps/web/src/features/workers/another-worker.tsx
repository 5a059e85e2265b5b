"use client";

import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { queries } from "@/api/queries";
import { CreateWorkerButton } from "./create-worker-button";

/** For those who have one already; the first is made from the page's empty state. */
export function AnotherWorker() {
  const t = useTranslations("workers");
  const workers = useQuery(queries.workers());
  if (!workers.data || workers.data.rows.length === 0) return null;
  return <CreateWorkerButton label={t("createAnother")} variant="secondary" />;
}
