-- What is remembered of a mention key, under id:<key>: one string, its fields parted by tabs, so that one command for a
--   whole batch reads or writes it. v version, r revision, h digest ('' unknown), b brands, d 1 for a tombstone, e entries in
--   mentions, a version counted, x its entry in analysed, z its entries among the dead letters, l its contribution (any bytes).
-- It is kept while it waits to be counted or one of its letters waits, and 8 days after that.
local call, KEPT = redis.call, 691200
local FIELDS = '^' .. string.rep('([^\t]*)\t', 9) .. '(.*)$'

local function parse(text)
  local v, r, h, b, d, e, a, x, z, l = string.match(text, FIELDS)
  return {v = v, r = r, h = h, b = b, d = d, e = e, a = a, x = x, z = z, l = l}
end

local function blank(version)
  return {v = version, r = '0', h = '', b = '', d = '', e = '', a = '', x = '', z = '', l = ''}
end

local function known(id)
  local text = call('GET', id)
  return text and parse(text)
end

local function format(s)
  return table.concat({s.v, s.r, s.h, s.b, s.d, s.e, s.a, s.x, s.z, s.l}, '\t')
end

local function keep(id, state)
  if state.z ~= '' then
    call('SET', id, format(state))
  else
    call('SET', id, format(state), 'EX', KEPT)
  end
end

-- Returns a list of words with one more, or without one.
local function with(list, word)
  return list == '' and word or list .. ' ' .. word
end

local function without(list, word)
  local left = {}
  for other in string.gmatch(list, '%S+') do
    if other ~= word then left[#left + 1] = other end
  end
  return table.concat(left, ' ')
end

