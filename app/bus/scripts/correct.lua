-- Appends what a person says of a mention, unless another version of it is under way.
-- KEYS: mentions stream, which says where the rest lies. ARGV: prefix, key, version it was made of, blob
-- Returns 0 accepted, 1 something newer is counted or under way, 2 deleted, 3 nothing is remembered of the key.
-- A version that was buried holds nobody up: it is not in the stream any more.
local stream, id, made_of = KEYS[1], ARGV[1] .. 'id:' .. ARGV[2], tonumber(ARGV[3])
local state = known(id)
if not state then return 3 end
if state.d ~= '' then return 2 end
local counted = tonumber(state.a) or 0
if counted > made_of then return 1 end
for entry in string.gmatch(state.e, '%S+') do
  local found = call('XRANGE', stream, entry, entry)[1]
  local version = found and 1 or 0
  for i = 1, found and #found[2] or 0, 2 do
    if found[2][i] == 'v' then version = tonumber(found[2][i + 1]) end
  end
  if version > counted then return 1 end
end
state.v = math.max(tonumber(state.v) or 0, made_of) + 1
state.e = with(state.e, call('XADD', stream, '*', 'v', state.v, 'k', ARGV[2], 'e', ARGV[4]))
keep(id, state)
return 0
