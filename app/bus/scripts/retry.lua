-- Puts a dead letter back into the stream it came from, under its own version.
-- KEYS: dead letters, mentions, analysed. ARGV: prefix, id of the letter, revision, digest, brands
-- Returns 0 again, 1 its mention was deleted meanwhile, 2 a later version is counted, 3 there is no such letter.
local found = call('XRANGE', KEYS[1], ARGV[2], ARGV[2])[1]
if not found then return 3 end
local fields = {}
for i = 1, #found[2], 2 do fields[found[2][i]] = found[2][i + 1] end
local key, version = fields.k or '', tonumber(fields.v)
local id = ARGV[1] .. 'id:' .. key
local state = key ~= '' and known(id)
call('XDEL', KEYS[1], ARGV[2])
if state then
  state.z = without(state.z, ARGV[2])
  keep(id, state)
  if state.d ~= '' then
    if not fields.e or tonumber(state.v) ~= version then return 1 end
  elseif fields.e and (tonumber(state.a) or 0) >= version then
    return 2
  end
end
local back = {}
for i = 1, #found[2], 2 do
  local name = found[2][i]
  if name ~= 'reason' and name ~= 'id' and name ~= 'n' then
    back[#back + 1] = name
    back[#back + 1] = found[2][i + 1]
  end
end
local entry = call('XADD', fields.e and KEYS[2] or KEYS[3], '*', unpack(back))
if key ~= '' and fields.e then
  state = state or blank(0)
  state.e = with(state.e, entry)
  if (tonumber(state.v) or 0) < version then state.v, state.r, state.h, state.b = version, ARGV[3], ARGV[4], ARGV[5] end
  keep(id, state)
end
return 0
