import { createHash } from "node:crypto";
import type { Cluster, Redis } from "ioredis";

export interface Script {
  text: string;
  sha: string;
}

function script(text: string): Script {
  return { text, sha: createHash("sha1").update(text).digest("hex") };
}

/** Runs by hash; sends the text once to a server that does not know it. All keys must share a hash tag. */
export async function runScript(
  redis: Redis | Cluster,
  { text, sha }: Script,
  keys: string[],
  args: (string | number)[],
): Promise<unknown> {
  try {
    return await redis.evalsha(sha, keys.length, ...keys, ...args);
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith("NOSCRIPT")) throw error;
    return await redis.eval(text, keys.length, ...keys, ...args);
  }
}

/** KEYS live; ARGV key, body, key, body and so on. */
export const appendScript = script(`
for index = 1, #ARGV, 2 do
  redis.call('XADD', KEYS[1], '*', 'k', ARGV[index], 'b', ARGV[index + 1])
end
`);

/**
 * KEYS delayed, live; ARGV limit. Answers the milliseconds until the next one is due, -1 when there is none.
 * A member is [order, key, body].
 */
export const promoteScript = script(`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, ARGV[1])
for _, member in ipairs(due) do
  local item = cjson.decode(member)
  redis.call('XADD', KEYS[2], '*', 'k', item[2], 'b', item[3])
  redis.call('ZREM', KEYS[1], member)
end
local nextDue = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
if not nextDue[2] then return -1 end
return math.max(0, nextDue[2] - now)
`);

/** KEYS live, dead; ARGV group, id, key, body, reason, deliveries, cap. Answers 1 when it was still pending. */
export const deadLetterScript = script(`
if redis.call('XACK', KEYS[1], ARGV[1], ARGV[2]) == 0 then return 0 end
redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[7], '*', 'k', ARGV[3], 'b', ARGV[4], 'r', ARGV[5], 'd', ARGV[6])
redis.call('XDEL', KEYS[1], ARGV[2])
return 1
`);

/** KEYS live, dead; ARGV id. Answers 1 when there was such a letter. */
export const replayScript = script(`
local letter = redis.call('XRANGE', KEYS[2], ARGV[1], ARGV[1])[1]
if not letter then return 0 end
redis.call('XADD', KEYS[1], '*', 'k', letter[2][2], 'b', letter[2][4])
redis.call('XDEL', KEYS[2], ARGV[1])
return 1
`);

/**
 * KEYS live, dead; ARGV group, consumer, minIdleMs, cursor, count, maxDeliveries, cap, forgetAfterMs.
 * Answers [cursor, [[id, fields, deliveries]...] claimed, [...] poisoned]. Poison is buried in the same step,
 * so a crash between cannot lose it. Names of consumers long gone are forgotten, or each restart would
 * leave one behind for ever.
 */
export const claimStaleScript = script(`
local answer = redis.call('XAUTOCLAIM', KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[4], 'COUNT', ARGV[5])
local claimed, poisoned = {}, {}
for _, entry in ipairs(answer[2]) do
  local deliveries = redis.call('XPENDING', KEYS[1], ARGV[1], entry[1], entry[1], 1)[1][4]
  if deliveries > tonumber(ARGV[6]) then
    local reason = 'delivered ' .. ARGV[6] .. ' times without acknowledgement'
    redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[7], '*',
      'k', entry[2][2], 'b', entry[2][4], 'r', reason, 'd', deliveries - 1)
    redis.call('XACK', KEYS[1], ARGV[1], entry[1])
    redis.call('XDEL', KEYS[1], entry[1])
    poisoned[#poisoned + 1] = { entry[1], entry[2], deliveries - 1 }
  else
    claimed[#claimed + 1] = { entry[1], entry[2], deliveries }
  end
end
for _, flat in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])) do
  local consumer = {}
  for index = 1, #flat, 2 do consumer[flat[index]] = flat[index + 1] end
  if consumer.pending == 0 and consumer.idle > tonumber(ARGV[8]) then
    redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], consumer.name)
  end
end
return { answer[1], claimed, poisoned }
`);

/**
 * KEYS epoch; ARGV fresh, beat remembered elsewhere. Answers [epoch, beat]. The key holds a word and a beat. A
 * restarted server may have lost its last second and a promoted replica more, so the epoch is the word and the
 * server's own run. An old copy that was put back keeps both, but its beat lies behind.
 */
export const epochScript = script(`
local word, beat = string.match(redis.call('GET', KEYS[1]) or '', '^(%S+) ?(%d*)$')
beat = tonumber(beat) or 0
if not word or beat < tonumber(ARGV[2]) then word, beat = ARGV[1], tonumber(ARGV[2]) end
beat = beat + 1
redis.call('SET', KEYS[1], word .. ' ' .. string.format('%.0f', beat))
return { word .. '.' .. (string.match(redis.call('INFO', 'server'), 'run_id:(%x+)') or ''), beat }
`);
