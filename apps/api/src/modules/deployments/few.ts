/** Calls that one statement works at most. */
export const MAX_TOGETHER = 50;

/**
 * The rows of parallel arrays, with their `place` from 1 on. The range is what makes the planner expect hardly any, and
 * walk from each by index, however small the other tables are when a connection plans first: it keeps that plan when
 * they have grown.
 *
 * @param arrays with their types, as parameters
 * @param columns a name for each
 */
export const few = (arrays: string, columns: string): string =>
  `select * from unnest(${arrays}) with ordinality as few (${columns}, place) where place between 1 and ${MAX_TOGETHER}`;
