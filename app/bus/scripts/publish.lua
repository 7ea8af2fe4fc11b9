-- Accepts a batch: drops what is known, appends the rest.
-- KEYS: mentions stream, analysed stream
-- ARGV: prefix, seconds a key is remembered, length of mentions and of analysed at which somebody may be too far behind,
--   name of the fence or '', its token, name of this call, then per event: m|d, key, revision, digest, brands, blob
-- Returns accepted, duplicates, edited, deleted, unmatched; {-1} when a stream is that long; {-2} for an outdated token.
-- The hash id:<key> holds: v version, r revision, h digest ('' unknown), b brands, d tombstone, e entries in mentions,
--   a version counted, l its contribution, x its entry in analysed, z its entry among the dead letters.
local stream, prefix, ttl = KEYS[1], ARGV[1], ARGV[2]
if ARGV[5] ~= '' then
  local fence = prefix .. 'fence:' .. ARGV[5]
  local newest, token = tonumber(redis.call('GET', fence)) or 0, tonumber(ARGV[6])
  if token < newest then return {-2} end
  if token > newest then redis.call('SET', fence, ARGV[6]) end
end
local call = prefix .. 'call:' .. ARGV[7]
local answered = redis.call('GET', call)
if answered then
  local counts = {}
  for count in string.gmatch(answered, '%d+') do counts[#counts + 1] = tonumber(count) end
  return counts
end
if redis.call('XLEN', stream) >= tonumber(ARGV[3]) or redis.call('XLEN', KEYS[2]) >= tonumber(ARGV[4]) then return {-1} end
local accepted, duplicates, edited, deleted, unmatched = 0, 0, 0, 0, 0
for i = 8, #ARGV, 6 do
  local kind, key, revision, digest, brands, blob = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3], ARGV[i + 4], ARGV[i + 5]
  local id = prefix .. 'id:' .. key
  local version = tonumber(redis.call('HGET', id, 'v')) -- alone, for most are new: asking for all takes a quarter longer
  local known = version and redis.call('HMGET', id, 'r', 'h', 'd', 'e')
  if not version then
    if kind == 'd' or brands == '' then
      unmatched = unmatched + 1
    else
      local entry = redis.call('XADD', stream, '*', 'v', 1, 'k', key, 'e', blob)
      redis.call('HSET', id, 'v', 1, 'r', revision, 'h', digest, 'b', brands, 'e', entry)
      redis.call('EXPIRE', id, ttl)
      accepted = accepted + 1
    end
  elseif known[3] then
    duplicates = duplicates + 1
  else
    local new, old, earlier = tonumber(revision), tonumber(known[1]), known[4]
    if kind == 'd' then
      local entry = redis.call('XADD', stream, '*', 'v', version + 1, 'k', key, 'e', blob)
      redis.call('HSET', id, 'v', version + 1, 'd', 1, 'e', earlier and earlier .. ' ' .. entry or entry)
      redis.call('HDEL', id, 'h')
      redis.call('EXPIRE', id, ttl)
      deleted = deleted + 1
    elseif known[2] == digest or new < old or (new == old and (new > 0 or known[2] == '')) then
      if known[2] == digest and new > old then redis.call('HSET', id, 'r', revision) end
      if known[2] == '' and new == old then redis.call('HSET', id, 'h', digest) end
      duplicates = duplicates + 1
    else
      local entry = redis.call('XADD', stream, '*', 'v', version + 1, 'k', key, 'e', blob)
      redis.call('HSET', id, 'v', version + 1, 'r', revision, 'h', digest, 'b', brands,
        'e', earlier and earlier .. ' ' .. entry or entry)
      redis.call('EXPIRE', id, ttl)
      edited = edited + 1
    end
  end
end
local counts = {accepted, duplicates, edited, deleted, unmatched}
redis.call('SET', call, table.concat(counts, ' '), 'EX', 60)
return counts
