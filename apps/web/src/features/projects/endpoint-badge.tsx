"use client";

import { CircleCheck, CircleDashed, CircleSlash, CircleX } from "lucide-react";
import { useTranslations } from "next-intl";
import type { Project } from "@/api/types";
import { Badge } from "@/components/ui/badge";

const looks = {
  none: { tone: "unsure", icon: CircleSlash },
  pending: { tone: "warning", icon: CircleDashed },
  active: { tone: "ok", icon: CircleCheck },
  blocked: { tone: "danger", icon: CircleX },
} as const;

export function EndpointBadge({ state }: { state: Project["endpoint"]["state"] }) {
  const t = useTranslations("states.endpoint");
  return <Badge {...looks[state]}>{t(state)}</Badge>;
}
