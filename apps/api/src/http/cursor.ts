import { idSchema, instantSchema } from "@pulsekeep/contracts/api/shared";
import { z } from "zod";
import { AppError } from "./app-error.js";

const cursorSchema = z.tuple([instantSchema, idSchema]);

/** Where a page ends: the instant and id that lists are ordered by, newest first. */
export type Position = { at: Date; id: string };

export const encodeCursor = ({ at, id }: Position): string =>
  Buffer.from(JSON.stringify([at.toISOString(), id])).toString("base64url");

/** @throws AppError `invalid_input` when the text is no cursor of ours */
export function decodeCursor(text: string | undefined): Position | undefined {
  if (text === undefined) return undefined;
  try {
    const [at, id] = cursorSchema.parse(JSON.parse(Buffer.from(text, "base64url").toString("utf8")));
    return { at: new Date(at), id };
  } catch (cause) {
    throw new AppError("invalid_input", {
      cause,
      errors: [{ path: "cursor", message: "not a cursor of this list" }],
    });
  }
}

/** Cuts a list that was read with one row more than asked for, and says where the next page begins. */
export function toPage<T>(
  rows: T[],
  limit: number,
  positionOf: (row: T) => Position,
): { rows: T[]; nextCursor: string | null } {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return { rows: page, nextCursor: rows.length > limit && last ? encodeCursor(positionOf(last)) : null };
}
