-- Trims a stream below the minimum over its groups of (lowest pending, else last delivered).
-- KEYS: stream. ARGV: the groups it must have; while one is missing nothing is trimmed. Returns how many entries went.
local function before(a, b)
  local am, as = string.match(a, '(%d+)-(%d+)')
  local bm, bs = string.match(b, '(%d+)-(%d+)')
  am, as, bm, bs = tonumber(am), tonumber(as), tonumber(bm), tonumber(bs)
  return am < bm or (am == bm and as < bs)
end
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
local wanted, lowest = {}, nil
for _, name in ipairs(ARGV) do wanted[name] = true end
for _, row in ipairs(redis.call('XINFO', 'GROUPS', KEYS[1])) do
  local group = {}
  for i = 1, #row, 2 do group[row[i]] = row[i + 1] end
  local pending = redis.call('XPENDING', KEYS[1], group['name'])
  local id = group['last-delivered-id']
  if pending[1] > 0 then id = pending[2] end
  if not lowest or before(id, lowest) then lowest = id end
  wanted[group['name']] = nil
end
if not lowest or next(wanted) then return 0 end
return redis.call('XTRIM', KEYS[1], 'MINID', lowest)
