-- Accepts a batch: drops what is known, appends the rest.
-- KEYS: mentions stream, analysed stream
-- ARGV: prefix, seconds a key is remembered, lag limit, then per event: m|d, key, revision, digest, brands, blob
-- Returns accepted, duplicates, edited, deleted, unmatched; or {-1} when a consumer is behind.
local stream, prefix, ttl, limit = KEYS[1], ARGV[1], ARGV[2], tonumber(ARGV[3])
if redis.call('XLEN', stream) >= limit or redis.call('XLEN', KEYS[2]) >= limit then return {-1} end
local accepted, duplicates, edited, deleted, unmatched = 0, 0, 0, 0, 0
for i = 4, #ARGV, 6 do
  local kind, key, revision, digest, brands, blob = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3], ARGV[i + 4], ARGV[i + 5]
  local id = prefix .. 'id:' .. key
  local known = redis.call('HMGET', id, 'v', 'r', 'h', 'd')
  local version = tonumber(known[1])
  if not version then
    if kind == 'd' or brands == '' then
      unmatched = unmatched + 1
    else
      redis.call('XADD', stream, '*', 'v', 1, 'k', key, 'e', blob)
      redis.call('HSET', id, 'v', 1, 'r', revision, 'h', digest, 'b', brands)
      redis.call('EXPIRE', id, ttl)
      accepted = accepted + 1
    end
  elseif known[4] then
    duplicates = duplicates + 1
  elseif kind == 'd' then
    redis.call('XADD', stream, '*', 'v', version + 1, 'k', key, 'e', blob)
    redis.call('HSET', id, 'v', version + 1, 'd', 1)
    redis.call('HDEL', id, 'h')
    redis.call('EXPIRE', id, ttl)
    deleted = deleted + 1
  else
    local new, old = tonumber(revision), tonumber(known[2])
    if new > old then redis.call('HSET', id, 'r', revision) end
    if known[3] == '' then redis.call('HSET', id, 'h', digest) end
    if known[3] == '' or known[3] == digest or new < old or (new == old and new > 0) then
      duplicates = duplicates + 1
    else
      redis.call('XADD', stream, '*', 'v', version + 1, 'k', key, 'e', blob)
      redis.call('HSET', id, 'v', version + 1, 'h', digest, 'b', brands)
      redis.call('EXPIRE', id, ttl)
      edited = edited + 1
    end
  end
end
return {accepted, duplicates, edited, deleted, unmatched}
