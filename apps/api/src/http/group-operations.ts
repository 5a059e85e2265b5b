import type { OpenAPIObject } from "@nestjs/swagger";
import { REFERENCE_GROUPS } from "./reference-groups.js";

type Operation = { operationId?: string; summary?: string; tags?: string[] };
type Operations = Record<string, Operation>;

const places = new Map(
  REFERENCE_GROUPS.flatMap(({ name, operations }) =>
    Object.entries(operations).map(([id, summary]) => ({ id, name, summary })),
  ).map(({ id, ...place }, position) => [id, { ...place, position }]),
);

/**
 * Gives every operation its group and summary of the reference, and puts them in its order. An operation that the
 * reference does not name keeps its controller's name as group, and comes last.
 */
export function groupOperations(document: OpenAPIObject): OpenAPIObject {
  const paths = Object.entries(document.paths as Record<string, Operations>);
  for (const [, operations] of paths) for (const operation of Object.values(operations)) describe(operation);
  return {
    ...document,
    tags: REFERENCE_GROUPS.map(({ name, description }) => ({ name, description })),
    paths: Object.fromEntries(
      paths
        .map(([path, operations]) => [path, inOrder(operations)] as const)
        .toSorted(([, a], [, b]) => positionOf(Object.values(a)[0]) - positionOf(Object.values(b)[0])),
    ),
  };
}

function describe(operation: Operation): void {
  const place = places.get(operation.operationId ?? "");
  if (!place) return;
  operation.tags = [place.name];
  operation.summary = place.summary;
}

const inOrder = (operations: Operations): Operations =>
  Object.fromEntries(Object.entries(operations).toSorted(([, a], [, b]) => positionOf(a) - positionOf(b)));

const positionOf = (operation: Operation | undefined): number =>
  places.get(operation?.operationId ?? "")?.position ?? places.size;
