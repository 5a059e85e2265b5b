"use client";

import { useMutation } from "@tanstack/react-query";
import { browserApi } from "@/api/client";
import { unwrap } from "@/api/problem";
import type { AuditEntry } from "@/api/types";
import { keepLog, readKeptLog } from "./kept-log";
import { type LogReader, type Verification, verifyEntry } from "./verify-entry";

const read: LogReader = {
  getProof: (id) => unwrap(browserApi.GET("/api/v1/audit/{id}/proof", { params: { path: { id } } })),
  getKeys: () => unwrap(browserApi.GET("/api/v1/audit/keys")),
  getConsistency: async (from, to) =>
    (await unwrap(browserApi.GET("/api/v1/audit/consistency", { params: { query: { from, to } } }))).proof,
};

/** Verifies an entry here, and keeps what it proved for the next time. */
export function useVerification() {
  return useMutation({
    mutationFn: async (entry: AuditEntry): Promise<Verification> => {
      const verification = await verifyEntry({ entry, read, kept: readKeptLog(), now: new Date() });
      if (verification.state === "checked" && verification.keep) keepLog(verification.keep);
      return verification;
    },
  });
}
