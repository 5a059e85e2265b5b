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

type EndpointBadgeProps = {
  state: Project["endpoint"]["state"];
  /** Where samples come from, when that may be something else than an endpoint. */
  source?: Project["endpoint"]["source"];
};

export function EndpointBadge({ state, source = "endpoint" }: EndpointBadgeProps) {
  const t = useTranslations("states");
  const isOther = state === "active" && source !== "endpoint";
  return <Badge {...looks[state]}>{isOther ? t(`source.${source}`) : t(`endpoint.${state}`)}</Badge>;
}
