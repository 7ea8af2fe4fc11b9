-- Accepts a batch: drops what is known, appends the rest. state.lua stands before it and says what is remembered.
-- KEYS: mentions stream, analysed stream
-- ARGV: prefix, length of mentions and of analysed at which somebody may be too far behind, name of the fence or '',
--   its token, name of this call, then per event: where its key is remembered, what to remember
--   of it if it is new up to its entry (version 0 if it matches no brand), or 'd' for a deletion, blob
-- Returns accepted, duplicates, edited, deleted, unmatched; {-1} when a stream is that long; {-2} for an outdated token.
-- An entry of a new mention has one field, named as where it is remembered; others have v version, k key, e blob.
-- Half of the time goes into handing words to Lua and back: so few and ready-made ones, and two commands for all states.
local stream, prefix, FIRST, NEW = KEYS[1], ARGV[1], 7, 49
if ARGV[4] ~= '' then
  local fence = prefix .. 'fence:' .. ARGV[4]
  local newest, token = tonumber(call('GET', fence)) or 0, tonumber(ARGV[5])
  if token < newest then return {-2} end
  if token > newest then call('SET', fence, ARGV[5]) end
end
local name = prefix .. 'call:' .. ARGV[6]
local answered = call('GET', name)
if answered then
  local counts = {}
  for count in string.gmatch(answered, '%d+') do counts[#counts + 1] = tonumber(count) end
  return counts
end
if call('XLEN', stream) >= tonumber(ARGV[2]) or call('XLEN', KEYS[2]) >= tonumber(ARGV[3]) then return {-1} end

local ids, events = {'MGET'}, 0
for i = FIRST, #ARGV, 3 do
  events = events + 1
  ids[events + 1] = ARGV[i]
end
local states = call(unpack(ids))
local accepted, duplicates, edited, deleted, unmatched = 0, 0, 0, 0, 0
local fresh, last, places = {'MSET'}, 1, {}

local function save(id, state)
  if places[id] then fresh[places[id]] = format(state) else keep(id, state) end
end

-- Decides about an event whose key is known.
local function again(id, told, blob)
  local state = places[id] and parse(fresh[places[id]]) or known(id)
  if state.d ~= '' then
    duplicates = duplicates + 1
    return
  end
  local deletion, _, revision, digest, brands = told == 'd', string.match(told, '^(.)\t([^\t]*)\t([^\t]*)\t([^\t]*)')
  if not deletion then
    local new, old = tonumber(revision), tonumber(state.r)
    if state.h == digest or new < old or (new == old and (new > 0 or state.h == '')) then
      if state.h == digest and new > old or state.h == '' and new == old then
        state.r, state.h = revision, digest
        save(id, state)
      end
      duplicates = duplicates + 1
      return
    end
  end
  state.v = tonumber(state.v) + 1
  state.e = with(state.e, call('XADD', stream, '*', 'v', state.v, 'k', string.sub(id, #prefix + 4), 'e', blob))
  if deletion then
    state.d, state.h = '1', ''
    deleted = deleted + 1
  else
    state.r, state.h, state.b = revision, digest, brands
    edited = edited + 1
  end
  save(id, state)
end

for number = 1, events do
  local i = FIRST + (number - 1) * 3
  local id, told = ARGV[i], ARGV[i + 1]
  if states[number] or places[id] then
    again(id, told, ARGV[i + 2])
  elseif string.byte(told) == NEW then
    local entry = call('XADD', stream, '*', id, ARGV[i + 2])
    fresh[last + 1], fresh[last + 2] = id, told .. entry .. '\t\t\t\t'
    last = last + 2
    places[id] = last
    accepted = accepted + 1
  else
    unmatched = unmatched + 1
  end
end
if last > 1 then call(unpack(fresh)) end
local counts = {accepted, duplicates, edited, deleted, unmatched}
call('SET', name, table.concat(counts, ' '), 'EX', 60)
return counts
