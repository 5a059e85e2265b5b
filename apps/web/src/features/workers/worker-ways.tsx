import { Eye } from "lucide-react";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { CreateWorkerButton } from "./create-worker-button";

const byHand = ["browser", "machine", "manual"] as const;

/** The ways to a worker, by who holds a GitHub token meanwhile. */
export function WorkerWays() {
  const t = useTranslations("workerWays");
  const workers = useTranslations("workers");
  return (
    <div className="grid max-w-5xl gap-5 md:grid-cols-2">
      <Way way="consent">
        <CreateWorkerButton label={workers("create")} />
      </Way>
      {byHand.map((way) => (
        <Way key={way} way={way}>
          <Button asChild>
            {/* Loaded as a whole: one of these pages has a protection of its own. */}
            <a href={`/app/workers/new/${way}`} aria-label={`${t("choose")}: ${t(`${way}.title`)}`}>
              {t("choose")}
            </a>
          </Button>
        </Way>
      ))}
    </div>
  );
}

function Way({ way, children }: { way: "consent" | (typeof byHand)[number]; children: ReactNode }) {
  const t = useTranslations("workerWays");
  return (
    <Card className="flex flex-col gap-3 p-5">
      <h2 className="font-semibold">{t(`${way}.title`)}</h2>
      <p className="flex-1 text-ink-soft text-sm">{t(`${way}.what`)}</p>
      <p className="flex items-center gap-2 text-ink-faint text-xs">
        <Eye aria-hidden className="size-3.5" />
        {t("seen")} {t(`${way}.seen`)}
      </p>
      <div>{children}</div>
    </Card>
  );
}
