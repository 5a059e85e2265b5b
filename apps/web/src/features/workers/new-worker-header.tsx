import { useTranslations } from "next-intl";
import { PageHeader } from "@/components/page-header";

export function NewWorkerHeader({ way }: { way: "browser" | "machine" | "manual" }) {
  const t = useTranslations("workerWays");
  const nav = useTranslations("nav");
  return (
    <PageHeader
      title={t(`${way}.title`)}
      description={t(`${way}.what`)}
      crumbs={[
        { href: "/app/workers", label: nav("workers") },
        { href: "/app/workers/new", label: t("title") },
      ]}
    />
  );
}
