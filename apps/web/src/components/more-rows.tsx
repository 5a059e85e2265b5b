"use client";

import { useTranslations } from "next-intl";
import { Button } from "./ui/button";

type More = { load: () => void; loading: boolean };

/** The end of a list that goes on. */
export function MoreRows({ more }: { more: More }) {
  const t = useTranslations("common");
  return (
    <div className="flex justify-center border-line border-t p-3">
      <Button size="sm" onClick={more.load} pending={more.loading}>
        {t("more")}
      </Button>
    </div>
  );
}
