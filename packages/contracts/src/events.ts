import { z } from "zod";

/**
 * News for browsers over `GET /api/v1/events` (SSE). A notice names what changed and never carries content:
 * the page reads the thing again through the API, under its own rights.
 */
export const noticeSchema = z.object({
  topic: z.enum([
    "provisioning.changed",
    "worker.changed",
    "pulse.changed",
    "run.changed",
    "project.changed",
    "deployment.changed",
    "sample.recorded",
  ]),
  id: z.string(),
  parentId: z.string().nullable(),
});
export type Notice = z.infer<typeof noticeSchema>;
