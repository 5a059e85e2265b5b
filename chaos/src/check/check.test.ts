import { describe, expect, it } from "vitest";
import { check } from "./check.ts";
import type { Facts } from "./facts.ts";
import {
  at,
  claimAt,
  cleanFacts,
  effectAt,
  grantedAt,
  pulse,
  reportAt,
  runAt,
  slotAt,
} from "./test-facts.ts";

const rulesOf = (changes: Partial<Facts>): string[] => [
  ...new Set(check(cleanFacts(changes)).map(({ rule }) => rule)),
];

const clean = cleanFacts();
const missed = runAt(120, { state: "missed", reason: "worker_did_not_come", attempts: 0, fence: 0 });
const logOfFirst = [claimAt(60), effectAt(60), reportAt(60, 1, 200)];

describe("finds nothing", () => {
  it("where everything was done once and in order", () => {
    expect(rulesOf({})).toEqual([]);
  });

  it("where a run was missed and that was said once", () => {
    const notices = [{ runId: missed.id, kind: "missed" }];
    expect(rulesOf({ log: logOfFirst, runs: [runAt(60), missed], notices })).toEqual([]);
  });

  it("where a missed run was done as its next generation", () => {
    const recovery = runAt(180, {
      slot: slotAt(120),
      generation: 1,
      recoversRunId: missed.id,
      plannedAt: new Date(at(181)),
    });
    const notices = [
      { runId: missed.id, kind: "missed" },
      { runId: recovery.id, kind: "recovered" },
    ];
    const log = [...logOfFirst, claimAt(180), effectAt(180)];
    expect(rulesOf({ log, runs: [runAt(60), missed, recovery], notices })).toEqual([]);
  });

  it("where a recovery lies in the future", () => {
    const ahead = {
      state: "planned",
      endedAt: null,
      nextActionAt: new Date(at(600)),
      plannedAt: new Date(at(600)),
    };
    const recovery = runAt(360, {
      ...ahead,
      slot: slotAt(120),
      generation: 1,
      recoversRunId: missed.id,
      seq: null,
    });
    const notices = [{ runId: missed.id, kind: "missed" }];
    expect(rulesOf({ log: logOfFirst, runs: [runAt(60), missed, recovery], notices })).toEqual([]);
  });

  it("where a second claim found it done, and the old report was refused", () => {
    const log = [
      ...logOfFirst,
      claimAt(120),
      effectAt(120),
      claimAt(120, 2),
      { ...effectAt(120, 2), kind: "found_done" as const },
      reportAt(120, 1, 409),
      reportAt(120, 2, 200),
    ];
    expect(rulesOf({ log, runs: [runAt(60), runAt(120, { fence: 2 })] })).toEqual([]);
  });

  it("where a slot after the time that counts was planned before the pause", () => {
    const dueUntil = new Date(at(70));
    expect(rulesOf({ dueUntil })).toEqual([]);
  });
});

describe("slots", () => {
  it("finds one that is due and not in the ledger", () => {
    expect(rulesOf({ runs: [runAt(60)], log: logOfFirst })).toEqual(["slot_lost"]);
  });

  it("finds one that is in the ledger twice", () => {
    const again = { ...missed, id: "run-again" };
    const notices = [{ runId: again.id, kind: "missed" }];
    expect(rulesOf({ runs: [...clean.runs, again], notices })).toEqual(["slot_twice"]);
  });

  it("finds one that no schedule knows", () => {
    expect(rulesOf({ runs: [...clean.runs.slice(0, 1), runAt(120, { slot: slotAt(121) })] })).toEqual([
      "slot_lost",
      "slot_unexpected",
    ]);
  });

  it("finds one that was done in two generations", () => {
    const recovery = runAt(180, { slot: slotAt(120), generation: 1, recoversRunId: "run-120" });
    const log = [...clean.log, claimAt(180), effectAt(180)];
    expect(rulesOf({ runs: [...clean.runs, recovery], log })).toEqual([
      "slot_done_twice",
      "recovers_nothing",
    ]);
  });
});

describe("effects", () => {
  it("finds two of one run", () => {
    const log = [...clean.log, claimAt(120, 2), effectAt(120, 2)];
    expect(rulesOf({ log })).toEqual(["effect_twice", "order_broken"]);
  });

  it("finds one of a run that the ledger does not know", () => {
    const log = [...clean.log, claimAt(180), effectAt(180)];
    expect(rulesOf({ log })).toEqual(["effect_of_no_run"]);
  });

  it("finds a lower number after a higher one", () => {
    const log = [claimAt(120), effectAt(120), claimAt(60), effectAt(60)];
    expect(rulesOf({ log })).toEqual(["order_broken"]);
  });

  it("finds one after somebody else's claim", () => {
    const log = [...logOfFirst, claimAt(120), claimAt(120, 2), effectAt(120, 1)];
    expect(rulesOf({ log })).toEqual(["old_fence_effect"]);
  });

  it("finds one whose signal had expired, to the millisecond", () => {
    const atTheEnd = { ...effectAt(120), at: grantedAt(120).expiresAt };
    expect(rulesOf({ log: [...logOfFirst, claimAt(120), atTheEnd] })).toEqual(["expired_signal"]);
    expect(rulesOf({ log: [...logOfFirst, claimAt(120), { ...atTheEnd, at: atTheEnd.at - 1 }] })).toEqual([]);
  });

  it("finds a signal that was used twice, by an attempt that found it done as well", () => {
    const again = { ...effectAt(120), kind: "found_done" as const };
    expect(rulesOf({ log: [...clean.log, again] })).toEqual([
      "signal_used_twice",
      "attempt_without_new_fence",
    ]);
  });

  it("finds a fence that was given out to two claims", () => {
    const again = { ...claimAt(120), claimId: "another" };
    expect(rulesOf({ log: [...clean.log, again] } as Partial<Facts>)).toEqual(["fence_did_not_grow"]);
  });

  it("finds a report with an old fence that counted", () => {
    const log = [...logOfFirst, claimAt(120), effectAt(120), claimAt(120, 2), reportAt(120, 1, 200)];
    expect(rulesOf({ log })).toEqual(["old_fence_report"]);
  });
});

describe("runs", () => {
  const withSecond = (changes: Parameters<typeof runAt>[1]) => ({ runs: [runAt(60), runAt(120, changes)] });

  it("finds one that never ended", () => {
    expect(rulesOf(withSecond({ state: "queued", endedAt: null, nextActionAt: new Date(at(180)) }))).toEqual([
      "not_ended",
    ]);
  });

  it("finds one that ended and still has something to do", () => {
    expect(rulesOf(withSecond({ nextActionAt: new Date(at(180)) }))).toEqual(["ended_by_half"]);
  });

  it("finds one that was done and counts as missed or failed", () => {
    const notices = [{ runId: "run-120", kind: "missed" }];
    expect(rulesOf({ ...withSecond({ state: "missed" }), notices })).toEqual(["missed_but_done"]);
    expect(rulesOf(withSecond({ state: "failed" }))).toEqual(["failed_but_done"]);
  });

  it("finds one that counts as done and was not", () => {
    expect(rulesOf({ log: logOfFirst })).toEqual(["succeeded_but_not_done"]);
  });

  it("finds a miss that nobody was told of, or twice", () => {
    const notice = { runId: missed.id, kind: "missed" };
    const runs = [runAt(60), missed];
    expect(rulesOf({ log: logOfFirst, runs })).toEqual(["missed_without_notice"]);
    expect(rulesOf({ log: logOfFirst, runs, notices: [notice, notice] })).toEqual(["missed_notice_twice"]);
  });

  it("finds a notice of a miss that was none", () => {
    expect(rulesOf({ notices: [{ runId: "run-120", kind: "missed" }] })).toEqual([
      "notice_of_a_run_not_missed",
    ]);
  });
});

describe("offers", () => {
  const askedAt = (seconds: number) => ({ ...claimAt(seconds), granted: [] });
  const waiting = { ...missed, windowEndsAt: new Date(at(150)) };
  const found = (seconds: number, changes: Partial<typeof missed> = {}) =>
    rulesOf({
      log: [...logOfFirst, askedAt(seconds), askedAt(seconds + 2)] as Facts["log"],
      runs: [runAt(60), { ...waiting, ...changes }],
      notices: [{ runId: missed.id, kind: "missed" }],
    });

  it("finds a run that was missed while its worker asked in vain", () => {
    expect(found(139)).toEqual(["missed_while_asked_for"]);
  });

  it("leaves one that was planned late the first half of what was left of its window", () => {
    expect(found(139, { createdAt: new Date(at(132)) })).toEqual([]);
    expect(found(143, { createdAt: new Date(at(132)) })).toEqual(["missed_while_asked_for"]);
  });

  it("understands that faults, a worker that asks once or too late, or a lane that is held are reasons", () => {
    expect(found(136)).toEqual([]);
    expect(found(148.5)).toEqual([]);
    expect(found(139, { laneId: "lane-1", seq: 1.5, workerId: "worker-2" })).toEqual([]);
    const held = runAt(60, { endedAt: new Date(at(135)) });
    expect(
      rulesOf({
        log: [...logOfFirst, askedAt(139), askedAt(141)] as Facts["log"],
        runs: [held, waiting],
        notices: [{ runId: missed.id, kind: "missed" }],
      }),
    ).toEqual([]);
  });
});

describe("answers", () => {
  it("finds a proof that was taken twice", () => {
    const replay = { kind: "replay" as const, at: at(125), path: "/v1/worker/claim", status: 200 };
    expect(rulesOf({ log: [...clean.log, replay] })).toEqual(["nonce_used_twice"]);
    expect(rulesOf({ log: [...clean.log, { ...replay, status: 401 }] })).toEqual([]);
  });

  it("finds an answer without the server's proof", () => {
    const unproven = { kind: "unproven" as const, at: at(125), path: "/v1/worker/claim", status: 200 };
    expect(rulesOf({ log: [...clean.log, unproven] })).toEqual(["answer_without_proof"]);
  });

  it("finds a claimed run that was forgotten", () => {
    expect(rulesOf({ log: [...clean.log, reportAt(120, 1, 404)] })).toEqual(["run_forgotten"]);
  });

  it("finds what was promised to a person and is not there", () => {
    const created = { kind: "created" as const, at: at(125), id: "new" };
    expect(rulesOf({ log: [...clean.log, { ...created, what: "run" }] })).toEqual(["created_run_lost"]);
    expect(rulesOf({ log: [...clean.log, { ...created, what: "pulse" }] })).toEqual(["created_pulse_lost"]);
  });

  it("finds a change without exactly one audit entry", () => {
    expect(rulesOf({ createdPulses: [{ id: pulse.id, entries: 0 }] })).toEqual(["audit_not_once"]);
    expect(rulesOf({ createdPulses: [{ id: pulse.id, entries: 1 }] })).toEqual([]);
  });
});

describe("the rest", () => {
  it("finds what is left in a stream, handed out, or in the outbox", () => {
    const stream = { stream: "runs.queued", length: 0, pending: 0, delayed: 0, forgotten: 0 };
    expect(rulesOf({ streams: [{ ...stream, length: 1 }] })).toEqual(["stream_not_empty"]);
    expect(rulesOf({ streams: [{ ...stream, pending: 1 }] })).toEqual(["stream_not_empty"]);
    expect(rulesOf({ streams: [{ ...stream, forgotten: 1 }] })).toEqual(["loss_unnoticed"]);
    expect(rulesOf({ outboxRows: 1 })).toEqual(["outbox_not_empty"]);
  });

  it("finds a process that ended by itself", () => {
    expect(rulesOf({ deaths: [{ process: "process-1", log: "" }] })).toEqual(["process_gave_up"]);
  });
});
