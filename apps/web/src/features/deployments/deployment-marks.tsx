import { ClockAlert, FlaskConical, RotateCcw } from "lucide-react";
import { useTranslations } from "next-intl";
import type { Deployment } from "@/api/types";
import { Badge } from "@/components/ui/badge";

/** What stands beside a verdict: a warning that came later, a verdict from which nothing follows, a way back. */
export function DeploymentMarks({ deployment }: { deployment: Deployment }) {
  const t = useTranslations("deployments");
  return (
    <>
      {deployment.lateWarning ? (
        <Badge icon={ClockAlert} tone="warning">
          {t("mark.late")}
        </Badge>
      ) : null}
      {deployment.dryRun ? <Badge icon={FlaskConical}>{t("mark.dryRun")}</Badge> : null}
      {deployment.isRollback ? <Badge icon={RotateCcw}>{t("rollback")}</Badge> : null}
    </>
  );
}
