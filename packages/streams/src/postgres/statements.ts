/** Prepared once per connection, by name. */
export interface Statement {
  name: string;
  text: string;
}

/** Where all hints of one database travel; the payload is the JSON text of [channel, message]. */
export const HINT_CHANNEL = "pulsekeep_hints";

/** $1 stream, $2 keys, $3 bodies, $4 hint. The hint travels with the commit, never before it. */
export const appendStatement: Statement = {
  name: "streams_append",
  text: `
    WITH added AS (
      INSERT INTO stream_entries (stream, key, body)
      SELECT $1, e.key, e.body::jsonb
      FROM unnest($2::text[], $3::text[]) WITH ORDINALITY AS e (key, body, place) ORDER BY e.place
    )
    SELECT pg_notify('${HINT_CHANNEL}', $4)`,
};

/** $1 stream, $2 keys, $3 bodies, $4 hint, $5 due at. */
export const delayStatement: Statement = {
  name: "streams_delay",
  text: `
    WITH added AS (
      INSERT INTO stream_delayed (stream, key, body, due_at)
      SELECT $1, e.key, e.body::jsonb, $5
      FROM unnest($2::text[], $3::text[]) WITH ORDINALITY AS e (key, body, place) ORDER BY e.place
    )
    SELECT pg_notify('${HINT_CHANNEL}', $4)`,
};

/** $1 stream, $2 limit. Answers the milliseconds until the next one is due, null when there is none. */
export const promoteStatement: Statement = {
  name: "streams_promote",
  text: `
    WITH due AS (
      DELETE FROM stream_delayed WHERE id IN (
        SELECT id FROM stream_delayed WHERE stream = $1 AND due_at <= now()
        ORDER BY due_at, id LIMIT $2 FOR UPDATE SKIP LOCKED
      ) RETURNING id, stream, key, body, due_at
    ), moved AS (
      INSERT INTO stream_entries (stream, key, body) SELECT stream, key, body FROM due ORDER BY due_at, id
    )
    SELECT CASE WHEN (SELECT count(*) FROM due) >= $2 THEN 0
      ELSE (SELECT ceil(extract(epoch FROM min(due_at) - now()) * 1000)
            FROM stream_delayed WHERE stream = $1 AND due_at > now())
      END::float8 AS due_in_ms`,
};

/** $1 stream, $2 max, $3 consumer. */
export const consumeStatement: Statement = {
  name: "streams_consume",
  text: `
    WITH picked AS (
      SELECT id FROM stream_entries WHERE stream = $1 AND consumer IS NULL
      ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED
    )
    UPDATE stream_entries e SET consumer = $3, delivered_at = now(), deliveries = e.deliveries + 1
    FROM picked WHERE e.id = picked.id
    RETURNING e.id, e.key, e.body, e.deliveries`,
};

/** $1 ids. */
export const acknowledgeStatement: Statement = {
  name: "streams_acknowledge",
  text: "DELETE FROM stream_entries WHERE id = ANY ($1::bigint[])",
};

/** $1 stream, $2 idle milliseconds, $3 max, $4 consumer, $5 most deliveries, $6 reason. */
export const claimStaleStatement: Statement = {
  name: "streams_claim_stale",
  text: `
    WITH stale AS (
      SELECT id, deliveries FROM stream_entries
      WHERE stream = $1 AND consumer IS NOT NULL AND delivered_at <= now() - $2 * interval '1 millisecond'
      ORDER BY delivered_at, id LIMIT $3 FOR UPDATE SKIP LOCKED
    ), poisoned AS (
      DELETE FROM stream_entries e USING stale WHERE e.id = stale.id AND stale.deliveries >= $5
      RETURNING e.id, e.stream, e.key, e.body, e.deliveries
    ), buried AS (
      INSERT INTO stream_dead_letters (stream, key, body, deliveries, reason)
      SELECT stream, key, body, deliveries, $6 FROM poisoned ORDER BY id
    ), claimed AS (
      UPDATE stream_entries e SET consumer = $4, delivered_at = now(), deliveries = e.deliveries + 1
      FROM stale WHERE e.id = stale.id AND stale.deliveries < $5
      RETURNING e.id, e.key, e.body, e.deliveries
    )
    SELECT id, key, body, deliveries, false AS poisoned FROM claimed
    UNION ALL SELECT id, key, body, deliveries, true FROM poisoned`,
};

/** $1 id, $2 reason. Answers no row when it was gone. */
export const deadLetterStatement: Statement = {
  name: "streams_dead_letter",
  text: `
    WITH gone AS (
      DELETE FROM stream_entries WHERE id = $1 RETURNING stream, key, body, deliveries
    )
    INSERT INTO stream_dead_letters (stream, key, body, deliveries, reason)
    SELECT stream, key, body, deliveries, $2 FROM gone RETURNING id`,
};

/** $1 stream, $2 after id, $3 max. */
export const listDeadLettersStatement: Statement = {
  name: "streams_list_dead_letters",
  text: `
    SELECT id, key, body, deliveries, reason, dead_at FROM stream_dead_letters
    WHERE stream = $1 AND id > $2 ORDER BY id LIMIT $3`,
};

/** $1 stream, $2 how many to keep. */
export const trimStatement: Statement = {
  name: "streams_trim",
  text: `
    DELETE FROM stream_dead_letters WHERE stream = $1 AND id <= (
      SELECT id FROM stream_dead_letters WHERE stream = $1 ORDER BY id DESC OFFSET $2 LIMIT 1
    ) RETURNING id`,
};

/** $1 stream, $2 id, $3 hint. Answers no row when there was no such letter. */
export const replayStatement: Statement = {
  name: "streams_replay",
  text: `
    WITH letter AS (
      DELETE FROM stream_dead_letters WHERE stream = $1 AND id = $2 RETURNING stream, key, body
    ), added AS (
      INSERT INTO stream_entries (stream, key, body) SELECT stream, key, body FROM letter RETURNING id
    )
    SELECT id, pg_notify('${HINT_CHANNEL}', $3) FROM added`,
};

/** $1 stream. */
export const inspectStatement: Statement = {
  name: "streams_inspect",
  text: `
    SELECT count(*)::int AS length,
      (count(*) FILTER (WHERE consumer IS NOT NULL))::int AS pending,
      (SELECT count(*)::int FROM stream_delayed WHERE stream = $1) AS delayed,
      (SELECT count(*)::int FROM stream_dead_letters WHERE stream = $1) AS dead_letters,
      (extract(epoch FROM now() - min(appended_at)) * 1000)::float8 AS oldest_age_ms,
      (SELECT coalesce(json_agg(c), '[]') FROM (
        SELECT consumer AS name, count(*)::int AS pending FROM stream_entries
        WHERE stream = $1 AND consumer IS NOT NULL GROUP BY consumer
      ) c) AS consumers
    FROM stream_entries WHERE stream = $1`,
};

/** $1 stream. */
export const addEpochStatement: Statement = {
  name: "streams_add_epoch",
  text: "INSERT INTO stream_epochs (stream) VALUES ($1) ON CONFLICT DO NOTHING",
};

/** $1 stream. */
export const epochStatement: Statement = {
  name: "streams_epoch",
  text: "SELECT epoch FROM stream_epochs WHERE stream = $1",
};

/** $1 hints. */
export const publishStatement: Statement = {
  name: "streams_publish",
  text: `SELECT pg_notify('${HINT_CHANNEL}', hint) FROM unnest($1::text[]) AS hint`,
};
