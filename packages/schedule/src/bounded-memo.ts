/**
 * Remembers the answers of a pure function, at most `limit` of them; a full memory is emptied.
 * Emptying all is enough here: refilling costs microseconds, and nothing observable changes.
 */
export function boundedMemo<Key, Answer>(limit: number, compute: (key: Key) => Answer): (key: Key) => Answer {
  const known = new Map<Key, Answer>();
  return (key) => {
    const found = known.get(key);
    if (found !== undefined) return found;
    if (known.size >= limit) known.clear();
    const answer = compute(key);
    known.set(key, answer);
    return answer;
  };
}
