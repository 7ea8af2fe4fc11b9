-- Settles a batch of one consumer, or changes nothing and returns the entries that are no longer its own.
-- KEYS: mentions stream, analysed stream
-- ARGV: prefix, group, consumer, at, watermark, live message, minute delta, number of settled, of buckets, of profiles,
--   per settled: entry id, key, version, expected, payload, contribution, before, brands, brands before, card's place or '', deletion (0|1)
--   per bucket: name, expires at, number of fields, then field, increment
--   per profile: author key, seconds kept, blob or '', living mentions more or less
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
  for _, card in ipairs(redis.call('ZRANGE', list, 0, -1)) do
    if string.sub(card, 1, #key) == key then redis.call('ZREM', list, card) end
  end
end

-- What was said before an edit or a deletion must not lie about in the streams.
local function wipe(hash, entry, deletion)
  local earlier = redis.call('HMGET', hash, 'x', 'e', 'z')
  if earlier[1] then redis.call('XDEL', analysed, earlier[1]) end
  if earlier[3] and deletion then redis.call('XDEL', prefix .. 'dead', earlier[3]) end
  local kept, reached = {}, false
  for id in string.gmatch(earlier[2] or '', '%S+') do
    reached = reached or id == entry
    if reached then kept[#kept + 1] = id else redis.call('XDEL', mentions, id) end
  end
  redis.call('HSET', hash, 'e', table.concat(kept, ' '))
end

for i = FIRST, FIRST + (settled - 1) * WIDTH, WIDTH do
  local id, key, version = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  local payload, contribution, before = ARGV[i + 4], ARGV[i + 5], ARGV[i + 6]
  local entry = redis.call('XADD', analysed, '*', 't', at, 'v', version, 'p', payload, 'b', before)
  if key ~= '' then
    local hash = prefix .. 'id:' .. key
    local deletion = ARGV[i + 10] == '1'
    if tonumber(version) > 1 then wipe(hash, id, deletion) end
    if contribution ~= '' then
      redis.call('HSET', hash, 'a', version, 'x', entry, 'l', contribution)
    else
      redis.call('HSET', hash, 'a', version, 'x', entry)
      redis.call('HDEL', hash, 'l')
    end
    if tonumber(version) > 1 then
      each(ARGV[i + 8], function(brand) take_away(prefix .. 'newest:' .. brand, key) end)
    end
    if ARGV[i + 9] ~= '' then
      each(ARGV[i + 7], function(brand)
        redis.call('ZADD', prefix .. 'newest:' .. brand, ARGV[i + 9], key .. payload)
        redis.call('ZREMRANGEBYRANK', prefix .. 'newest:' .. brand, 0, -NEWEST - 1)
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
  local author = prefix .. 'author:' .. ARGV[i]
  if redis.call('HINCRBY', author, 'n', ARGV[i + 3]) <= 0 and tonumber(ARGV[i + 3]) < 0 then
    redis.call('DEL', author)
  else
    if ARGV[i + 2] ~= '' then redis.call('HSET', author, 'p', ARGV[i + 2]) end
    redis.call('EXPIRE', author, ARGV[i + 1])
  end
  i = i + 4
end
if watermark ~= '' then
  local before = tonumber(redis.call('GET', prefix .. 'watermark'))
  if not before or before < tonumber(watermark) then redis.call('SET', prefix .. 'watermark', watermark) end
end
local seq = redis.call('INCR', prefix .. 'seq')
redis.call('PUBLISH', prefix .. 'live', seq .. '\n' .. live)
return {}
