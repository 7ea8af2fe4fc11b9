-- Settles a batch of one consumer, or changes nothing and returns the entries that are no longer its own.
-- KEYS: mentions stream, analysed stream
-- ARGV: prefix, group, consumer, at, watermark, live message, minute delta, number of settled, of buckets, of profiles,
--   per settled: entry id, key, version, expected, payload, contribution, before, brands, brands before, card (0|1), deletion (0|1)
--   per bucket: name, expires at, number of fields, then field, increment
--   per profile: author key, seconds kept, blob
local mentions, analysed, prefix, group, consumer, at = KEYS[1], KEYS[2], ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local watermark, live, minutes = ARGV[5], ARGV[6], ARGV[7]
local settled, buckets, profiles = tonumber(ARGV[8]), tonumber(ARGV[9]), tonumber(ARGV[10])
local FIRST, WIDTH, NEWEST = 11, 11, 50

local foreign = {}
for i = FIRST, FIRST + (settled - 1) * WIDTH, WIDTH do
  local id, key, version, expected = ARGV[i], ARGV[i + 1], tonumber(ARGV[i + 2]), tonumber(ARGV[i + 3])
  local pending = redis.call('XPENDING', mentions, group, id, id, 1)
  local ours = pending[1] and pending[1][2] == consumer
  if ours and key ~= '' then
    local counted = tonumber(redis.call('HGET', prefix .. 'id:' .. key, 'a')) or 0
    ours = counted == expected and counted < version
  end
  if not ours then foreign[#foreign + 1] = id end
end
if #foreign > 0 then return foreign end

local function each(text, call)
  for part in string.gmatch(text, '[^,]+') do call(part) end
end

local function take_away(list, key)
  for _, card in ipairs(redis.call('LRANGE', list, 0, -1)) do
    if string.sub(card, 1, #key) == key then redis.call('LREM', list, 1, card) end
  end
end

for i = FIRST, FIRST + (settled - 1) * WIDTH, WIDTH do
  local id, key, version = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  local payload, contribution, before = ARGV[i + 4], ARGV[i + 5], ARGV[i + 6]
  local entry = redis.call('XADD', analysed, '*', 't', at, 'v', version, 'p', payload, 'b', before)
  if key ~= '' then
    local hash = prefix .. 'id:' .. key
    local deletion = ARGV[i + 10] == '1'
    if deletion then
      local earlier = redis.call('HGET', hash, 'x')
      if earlier then redis.call('XDEL', analysed, earlier) end
    end
    redis.call('HSET', hash, 'a', version, 'x', entry)
    if contribution ~= '' then redis.call('HSET', hash, 'l', contribution) end
    if tonumber(version) > 1 then
      each(ARGV[i + 8], function(brand) take_away(prefix .. 'newest:' .. brand, key) end)
    end
    if ARGV[i + 9] == '1' then
      each(ARGV[i + 7], function(brand)
        redis.call('LPUSH', prefix .. 'newest:' .. brand, key .. payload)
        redis.call('LTRIM', prefix .. 'newest:' .. brand, 0, NEWEST - 1)
      end)
    end
  end
  redis.call('XACK', mentions, group, id)
end
if minutes ~= '' then redis.call('XADD', analysed, '*', 't', at, 'm', minutes) end

local i = FIRST + settled * WIDTH
for _ = 1, buckets do
  local name, expires, fields = prefix .. 't:' .. ARGV[i], ARGV[i + 1], tonumber(ARGV[i + 2])
  i = i + 3
  for _ = 1, fields do
    if redis.call('HINCRBY', name, ARGV[i], ARGV[i + 1]) == 0 then redis.call('HDEL', name, ARGV[i]) end
    i = i + 2
  end
  redis.call('EXPIREAT', name, expires)
end
for _ = 1, profiles do
  redis.call('SET', prefix .. 'author:' .. ARGV[i], ARGV[i + 2], 'EX', ARGV[i + 1])
  i = i + 3
end
if watermark ~= '' then
  local before = tonumber(redis.call('GET', prefix .. 'watermark'))
  if not before or before < tonumber(watermark) then redis.call('SET', prefix .. 'watermark', watermark) end
end
local seq = redis.call('INCR', prefix .. 'seq')
redis.call('PUBLISH', prefix .. 'live', seq .. '\n' .. live)
return {}
