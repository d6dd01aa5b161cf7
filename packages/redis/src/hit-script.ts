import { defineScript, type Script } from './script.ts'

/**
 * Counts an attempt by the rules of `RateLimits.hit`, as `countAttempt` of the core does, and returns 0, or for how
 * many milliseconds it is refused.
 *
 * KEYS: a bucket, which is a hash of many subjects. ARGV: the subject, the present in milliseconds, and for each limit
 * how many attempts it allows and its length in seconds. A field is a subject after an `s`; its value has each window
 * as `length:count:end`. The field without a name has the time of the next sweep of the bucket, at most once a minute.
 * The present is that of the caller, so windows end by the caller's clock; the clock of Redis only removes the bucket.
 */
export const hitScript: Script = defineScript(`
local bucket, subject, now = KEYS[1], ARGV[1], tonumber(ARGV[2])
local field = 's' .. subject

local function read(text)
  local windows = {}
  for length, count, ends in string.gmatch(text, '(%d+):(%d+):(%d+)') do
    windows[length] = { count = tonumber(count), ends = tonumber(ends) }
  end
  return windows
end

local known, clamped = read(redis.call('HGET', bucket, field) or ''), false
for length, window in pairs(known) do
  local latest = now + tonumber(length) * 1000
  if window.ends > latest then window.ends, clamped = latest, true end
end

local shortest, first, since = tonumber(ARGV[4]), nil, nil
local texts, wait, last = {}, 0, 0
local function keep(length, window)
  texts[#texts + 1] = string.format('%d:%d:%.0f', length, window.count, window.ends)
  if window.ends > last then last = window.ends end
end

for index = 3, #ARGV, 2 do
  local limit, length = tonumber(ARGV[index]), tonumber(ARGV[index + 1])
  local before, after, ended = known[ARGV[index + 1]], nil, nil
  if before and before.ends > now then
    after = { count = before.count + 1, ends = before.ends }
  elseif not first then
    after = { count = 1, ends = now + length * 1000 }
  else
    ended = before and before.ends > since and before or nil
    if first.count > limit * shortest / length then
      after = ended and { count = 1, ends = now + length * 1000 }
        or { count = first.count, ends = first.ends + (length - shortest) * 1000 }
      ended = nil
    end
  end
  if not first then first, since = after, after.ends - length * 1000 end
  if after and after.count > limit and after.ends - now > wait then wait = after.ends - now end
  if after or ended then keep(length, after or ended) end
end

if wait > 0 then
  if not clamped then return math.max(1, wait) end
  texts = {}
  for length, window in pairs(known) do keep(tonumber(length), window) end
end
redis.call('HSET', bucket, field, table.concat(texts, ' '))
if redis.call('PTTL', bucket) < last - now + 1000 then redis.call('PEXPIRE', bucket, last - now + 1000) end

local sweepAt = tonumber(redis.call('HGET', bucket, '') or '0')
if now >= sweepAt or sweepAt > now + 60000 then
  if redis.call('HLEN', bucket) > 2 then
    local all = redis.call('HGETALL', bucket)
    for index = 1, #all, 2 do
      local live = all[index] == '' or all[index] == field
      for ends in string.gmatch(all[index + 1], '%d+:%d+:(%d+)') do
        live = live or tonumber(ends) > now
      end
      if not live then redis.call('HDEL', bucket, all[index]) end
    end
    redis.call('HSET', bucket, '', string.format('%.0f', now + 60000))
  end
end
return wait
`)
