import { defineScript, type Script } from './script.ts'

/** How long an unused stream is kept, in milliseconds: a day. If it is gone, mirrors are rebuilt. */
const streamMillis = 86_400_000

const readTime = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)`

/**
 * KEYS: the sorted set, the stream. ARGV: ids, each followed by the remaining milliseconds of its entry. An entry that
 * would be prolonged by less than a second is left as it is, so that processes that write what they all know push
 * nothing. Both keys expire. A server without free memory refuses a script only before its first write, and that one
 * frees memory: so revocations are written anyway. Pushed before they are stored: if that fails, a retry pushes again.
 */
export const writeScript: Script = defineScript(`${readTime}
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
local news = {}
for i = 1, #ARGV, 2 do
  local known = redis.call('ZSCORE', KEYS[1], ARGV[i])
  if not known or known + 1000 < now + ARGV[i + 1] then
    news[#news + 1] = ARGV[i]
    news[#news + 1] = ARGV[i + 1]
  end
end
if #news == 0 then return 0 end
redis.call('XADD', KEYS[2], 'MAXLEN', '~', 1000, '*', unpack(news))
redis.call('PEXPIRE', KEYS[2], ${streamMillis})
for i = 1, #news, 2 do
  redis.call('ZADD', KEYS[1], 'GT', string.format('%.0f', now + news[i + 1]), news[i])
end
local last = redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')
redis.call('PEXPIREAT', KEYS[1], last[2])
return #news / 2
`)

/** KEYS: the sorted set. ARGV: the id. An ended entry that is not swept yet still denies, which is harmless. */
export const isDeniedScript: Script = defineScript(`
return redis.call('ZSCORE', KEYS[1], ARGV[1]) and 1 or 0
`)

/**
 * KEYS: the stream. It gets a first message if it has none, so that there is a position to start from. PEXPIRE comes
 * first because a replica, whose stream may be behind, refuses it.
 */
export const positionScript: Script = defineScript(`
redis.call('PEXPIRE', KEYS[1], ${streamMillis})
local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
if last then return last[1] end
local position = redis.call('XADD', KEYS[1], '*', 'start', 0)
redis.call('PEXPIRE', KEYS[1], ${streamMillis})
return position
`)

/**
 * KEYS: the sorted set. ARGV: the first and last rank, from the latest end. Counted from that side, consecutive pages
 * cannot skip an entry: ended entries are removed at the other side, and new ones only push the rest back.
 */
export const pageScript: Script = defineScript(`${readTime}
local page = redis.call('ZREVRANGE', KEYS[1], ARGV[1], ARGV[2], 'WITHSCORES')
for i = 2, #page, 2 do page[i] = string.format('%.0f', page[i] - now) end
return page
`)
