"use client";

import {
  Activity,
  Ban,
  CalendarClock,
  CheckCheck,
  CircleCheck,
  CircleDashed,
  CircleHelp,
  CirclePause,
  CircleX,
  Clock,
  ClockAlert,
  FlagOff,
  Hand,
  type LucideIcon,
  OctagonAlert,
  Radar,
  Replace,
  RotateCcw,
  Rocket,
  Send,
  SkipForward,
  TriangleAlert,
  Unplug,
  Undo2,
} from "lucide-react";
import { useTranslations } from "next-intl";
import type { Deployment, Pulse, Run, RunNotice, VerdictState, Worker } from "@/api/types";
import { Badge, type Tone } from "./ui/badge";

type Look = { tone: Tone; icon: LucideIcon; busy?: boolean };

/** How each verdict looks wherever it is shown. */
export const verdictLooks: Record<VerdictState, Look> = {
  collecting: { tone: "seqpulse", icon: Radar, busy: true },
  ok: { tone: "ok", icon: CircleCheck },
  warning: { tone: "warning", icon: TriangleAlert },
  rollback_recommended: { tone: "danger", icon: Undo2 },
  inconclusive: { tone: "unsure", icon: CircleHelp },
};

const deploymentLooks: Record<Deployment["state"], Look> = {
  running: { tone: "seqpulse", icon: Rocket, busy: true },
  observing: { tone: "seqpulse", icon: Activity, busy: true },
  analyzed: { tone: "neutral", icon: CheckCheck },
  abandoned: { tone: "unsure", icon: FlagOff },
  superseded: { tone: "neutral", icon: Replace },
};

const runLooks: Record<Run["state"], Look> = {
  planned: { tone: "neutral", icon: Clock },
  queued: { tone: "neutral", icon: Clock },
  offered: { tone: "keepstreak", icon: Send },
  claimed: { tone: "keepstreak", icon: Activity, busy: true },
  succeeded: { tone: "ok", icon: CircleCheck },
  failed: { tone: "danger", icon: CircleX },
  missed: { tone: "danger", icon: OctagonAlert },
  cancelled: { tone: "neutral", icon: Ban },
  skipped: { tone: "neutral", icon: SkipForward },
  unknown: { tone: "unsure", icon: CircleHelp },
};

const pulseLooks: Record<Pulse["condition"], Look> = {
  active: { tone: "ok", icon: CircleCheck },
  planned: { tone: "ok", icon: CalendarClock },
  late: { tone: "warning", icon: ClockAlert },
  failed: { tone: "danger", icon: CircleX },
  paused: { tone: "neutral", icon: CirclePause },
  finished: { tone: "neutral", icon: CheckCheck },
};

const workerLooks: Record<Worker["state"] | "silent", Look> = {
  provisioning: { tone: "keepstreak", icon: CircleDashed, busy: true },
  verifying: { tone: "keepstreak", icon: Hand, busy: true },
  active: { tone: "ok", icon: CircleCheck },
  failed: { tone: "danger", icon: CircleX },
  removed: { tone: "neutral", icon: Ban },
  silent: { tone: "danger", icon: Unplug },
};

export function VerdictBadge({ state }: { state: VerdictState }) {
  const t = useTranslations("states.verdict");
  return <Badge {...verdictLooks[state]}>{t(state)}</Badge>;
}

export function DeploymentStateBadge({ state }: { state: Deployment["state"] }) {
  const t = useTranslations("states.deployment");
  return <Badge {...deploymentLooks[state]}>{t(state)}</Badge>;
}

/** A run's state; one whose time has passed while it still waits is late, which is not failed. */
export function RunStateBadge({ run }: { run: Pick<Run, "state" | "late"> }) {
  const t = useTranslations("states.run");
  const waiting = run.state === "planned" || run.state === "queued" || run.state === "offered";
  if (run.late && waiting)
    return (
      <Badge tone="warning" icon={ClockAlert}>
        {t("late")}
      </Badge>
    );
  return <Badge {...runLooks[run.state]}>{t(run.state)}</Badge>;
}

const noticeLooks: Record<RunNotice["kind"], Look> = {
  late: { tone: "warning", icon: ClockAlert },
  missed: runLooks.missed,
  failed: runLooks.failed,
  unknown: runLooks.unknown,
  recovered: { tone: "ok", icon: RotateCcw },
};

/** What a notice is about: the state that its run came into. */
export function NoticeKindBadge({ kind }: { kind: RunNotice["kind"] }) {
  const t = useTranslations("states.run");
  return <Badge {...noticeLooks[kind]}>{t(kind)}</Badge>;
}

/** Marks the run that makes up for a missed one. */
export function RecoveryBadge({ run }: { run: Pick<Run, "state" | "generation"> }) {
  const t = useTranslations("states.run");
  if (run.generation === 0) return null;
  const done = run.state === "succeeded";
  return (
    <Badge tone={done ? "ok" : "neutral"} icon={RotateCcw}>
      {t(done ? "recovered" : "recovery")}
    </Badge>
  );
}

/** Whether a pulse is switched on, and how it is: planned, late, or failed the last time. */
export function PulseStateBadge({ pulse }: { pulse: Pick<Pulse, "state" | "condition"> }) {
  const t = useTranslations("states.pulse");
  return (
    <span className="inline-flex flex-wrap gap-1.5">
      <Badge {...pulseLooks[pulse.state]}>{t(pulse.state)}</Badge>
      {pulse.condition === pulse.state ? null : (
        <Badge {...pulseLooks[pulse.condition]}>{t(pulse.condition)}</Badge>
      )}
    </span>
  );
}

/** One that stays away is said to be silent, whatever state it was in. */
export function WorkerStateBadge({ state, silent }: { state: Worker["state"]; silent: boolean }) {
  const t = useTranslations("states.worker");
  const shown = silent ? "silent" : state;
  return <Badge {...workerLooks[shown]}>{t(shown)}</Badge>;
}
