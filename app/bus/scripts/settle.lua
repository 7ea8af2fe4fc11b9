-- Settles a batch of one consumer, or changes nothing and returns the entries that are no longer its own.
-- KEYS: mentions stream, analysed stream
-- ARGV: prefix, group, consumer, lowest and highest entry id, at, watermark, live message, minute delta,
--   number of settled, of buckets, of profiles,
--   per settled: entry id, key, version, payload, contribution, before, the rest: '' for a new mention that is on no card,
--     else msgpack of expected version, brands, brands before, card's place or '', deletion
--   per bucket: name, expires at, number of fields, then field, increment
--   per profile: author key, blob or '', living mentions more or less
--   at the end the number of the authors' shelf and the seconds it is kept
-- An entry of the analysed stream is a pack of new mentions (t, then key and payload of up to eight), an edit, a deletion or
--   a heartbeat (t, v, p, b), or the minute delta of a batch (t, m).
-- Every call costs a microsecond or two before it does anything: so one for many wherever a command takes many.
local mentions, analysed, prefix, group, consumer = KEYS[1], KEYS[2], ARGV[1], ARGV[2], ARGV[3]
local at, watermark, live, minutes = ARGV[6], ARGV[7], ARGV[8], ARGV[9]
local settled, buckets, profiles = tonumber(ARGV[10]), tonumber(ARGV[11]), tonumber(ARGV[12])
local FIRST, WIDTH, NEWEST, MOST, PACK, ROOM = 13, 7, 50, 1000, 8, 10000
local COUNTED = '^(' .. string.rep('[^\t]*\t', 6) .. ')([^\t]*)\t[^\t]*\t([^\t]*)'
local LAST = FIRST + (settled - 1) * WIDTH

local pending, room = {}, settled + MOST
local ours = call('XPENDING', mentions, group, ARGV[4], ARGV[5], room, consumer)
for _, row in ipairs(ours) do pending[row[1]] = true end
local foreign, rest, states, heads = {}, {}, {}, {}
for i = FIRST, LAST, MOST * WIDTH do
  local ids, asked = {'MGET'}, {}
  for j = i, math.min(LAST, i + (MOST - 1) * WIDTH), WIDTH do
    if ARGV[j + 1] ~= '' then
      asked[#asked + 1] = ARGV[j + 1]
      ids[#ids + 1] = prefix .. 'id:' .. ARGV[j + 1]
    end
  end
  if #asked > 0 then
    for number, state in ipairs(call(unpack(ids))) do states[asked[number]] = state end
  end
end
for i = FIRST, LAST, WIDTH do
  local id, key, expected = ARGV[i], ARGV[i + 1], 0
  local mine = pending[id]
  if not mine and #ours == room then
    local row = call('XPENDING', mentions, group, id, id, 1)[1]
    mine = row and row[2] == consumer
  end
  if ARGV[i + 6] ~= '' then
    rest[i] = cmsgpack.unpack(ARGV[i + 6])
    expected = rest[i][1]
  end
  if mine and key ~= '' then
    local said, version, letters = string.match(states[key] or '', COUNTED)
    local counted = tonumber(version) or 0
    if said and letters == '' then heads[key] = said end
    mine = counted == expected and counted < tonumber(ARGV[i + 2])
  end
  if not mine then foreign[#foreign + 1] = id end
end
if #foreign > 0 then return foreign end

-- Calls a command with `first` and then as many of the words as it may take at once.
local function many(words, first, ...)
  for i = 1, #words, MOST do
    local head = {first, ...}
    for j = i, math.min(i + MOST - 1, #words) do head[#head + 1] = words[j] end
    call(unpack(head))
  end
end

local function take_away(list, key)
  for _, card in ipairs(call('ZRANGE', list, 0, -1)) do
    if string.sub(card, 1, #key) == key then call('ZREM', list, card) end
  end
end

-- Takes a mention out of the analysed stream; the others of its pack go on in a new entry, and may come twice.
local function take_out(entry, key)
  local found = call('XRANGE', analysed, entry, entry)[1]
  if not found then return end
  local left, keys = {}, {}
  for j = 3, #found[2], 2 do
    if #found[2][j] > 1 and found[2][j] ~= key then
      keys[#keys + 1] = found[2][j]
      left[#left + 1] = found[2][j]
      left[#left + 1] = found[2][j + 1]
    end
  end
  call('XDEL', analysed, entry)
  if #keys == 0 then return end
  local again = call('XADD', analysed, '*', 't', found[2][2], unpack(left))
  for _, other in ipairs(keys) do
    local id = prefix .. 'id:' .. other
    local state = known(id)
    if state then
      state.x = again
      keep(id, state)
    end
  end
end

-- Remembers a version; what was said before it must not lie about in the streams.
local function replace(key, id, version, entry, contribution, deletion)
  local name = prefix .. 'id:' .. key
  local state = known(name) or blank(version)
  if state.x ~= '' then take_out(state.x, key) end
  if deletion then
    for letter in string.gmatch(state.z, '%S+') do call('XDEL', prefix .. 'dead', letter) end
    state.z = ''
  end
  local kept, reached = {}, false
  for earlier in string.gmatch(state.e, '%S+') do
    reached = reached or earlier == id
    if reached then kept[#kept + 1] = earlier else call('XDEL', mentions, earlier) end
  end
  state.e, state.a, state.x, state.l = table.concat(kept, ' '), version, entry, contribution
  keep(name, state)
end

local ids, cards, new = {}, {}, {}
for i = FIRST, LAST, WIDTH do
  local id, key, version, payload, contribution = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3], ARGV[i + 4]
  local more = rest[i]
  if key == '' then
    call('XADD', analysed, '*', 't', at, 'v', version, 'p', payload, 'b', ARGV[i + 5])
  elseif version == '1' and contribution ~= '' then
    new[#new + 1] = i
  else
    local entry = call('XADD', analysed, '*', 't', at, 'v', version, 'p', payload, 'b', ARGV[i + 5])
    replace(key, id, version, entry, contribution, more[5])
    for _, brand in ipairs(more[3]) do take_away(prefix .. 'newest:' .. brand, key) end
  end
  if more and more[4] ~= '' then
    for _, brand in ipairs(more[2]) do
      local list = cards[brand] or {}
      cards[brand] = list
      list[#list + 1] = more[4]
      list[#list + 1] = key .. payload
    end
  end
  ids[#ids + 1] = id
end
for first = 1, #new, PACK do
  local pack, last = {}, math.min(first + PACK - 1, #new)
  for place = first, last do
    pack[#pack + 1] = ARGV[new[place] + 1]
    pack[#pack + 1] = ARGV[new[place] + 3]
  end
  local entry = call('XADD', analysed, '*', 't', at, unpack(pack))
  for place = first, last do
    local i = new[place]
    local key, head = ARGV[i + 1], heads[ARGV[i + 1]]
    if head then
      call('SET', prefix .. 'id:' .. key, head .. '1\t' .. entry .. '\t\t' .. ARGV[i + 4], 'EX', KEPT)
    else
      local state = known(prefix .. 'id:' .. key) or blank(1)
      state.a, state.x, state.l = 1, entry, ARGV[i + 4]
      keep(prefix .. 'id:' .. key, state)
    end
  end
end
for brand, list in pairs(cards) do
  many(list, 'ZADD', prefix .. 'newest:' .. brand)
  call('ZREMRANGEBYRANK', prefix .. 'newest:' .. brand, 0, -NEWEST - 1)
end
many(ids, 'XACK', mentions, group)
if minutes ~= '' then call('XADD', analysed, '*', 't', at, 'm', minutes) end

-- A bucket of voices has room for ROOM fields, and as many again for what comes several times in one batch; the others are
--   counted together under '~', and taken from there when they go.
local i = FIRST + settled * WIDTH
for _ = 1, buckets do
  local name, expires, last = prefix .. 't:' .. ARGV[i], ARGV[i + 1], i + 3 + 2 * tonumber(ARGV[i + 2])
  local room = string.find(name, ':v:%d+$') and ROOM - call('HLEN', name)
  local apart = {}
  i = i + 3
  while i < last do
    local fields, sums, gone = {'HMGET', name}, {}, {}
    for j = i, math.min(last, i + 2 * MOST) - 2, 2 do fields[#fields + 1] = ARGV[j] end
    for j, number in ipairs(call(unpack(fields))) do
      local field, more = fields[j + 2], tonumber(ARGV[i + 1])
      local sum = (tonumber(number) or 0) + more
      if room and not number and (more < 0 or room <= (more > 1 and -ROOM or 0)) then
        local rest = '~' .. string.match(field, ':[^:]*$')
        apart[rest] = (apart[rest] or 0) + more
      elseif sum == 0 then
        gone[#gone + 1] = field
      else
        if room and not number then room = room - 1 end
        sums[#sums + 1] = field
        sums[#sums + 1] = string.format('%.0f', sum)
      end
      i = i + 2
    end
    many(sums, 'HSET', name)
    many(gone, 'HDEL', name)
  end
  for field, more in pairs(apart) do
    if call('HINCRBY', name, field, string.format('%.0f', more)) == 0 then call('HDEL', name, field) end
  end
  call('EXPIREAT', name, expires)
end
-- Authors are kept on shelves, one a day or so, which go as a whole: this one, and the one before for who was seen then.
if profiles > 0 then
  local shelf, kept = tonumber(ARGV[#ARGV - 1]), ARGV[#ARGV]
  local who, alive, earlier = prefix .. 'who:' .. shelf, prefix .. 'alive:' .. shelf, prefix .. 'alive:' .. shelf - 1
  local shown, living = {}, {}
  local last = i + 3 * profiles
  while i < last do
    local authors = {}
    for j = i, math.min(last, i + 3 * MOST) - 3, 3 do authors[#authors + 1] = ARGV[j] end
    for j, number in ipairs(call('HMGET', alive, unpack(authors))) do
      local blob, more = ARGV[i + 1], tonumber(ARGV[i + 2])
      local left = (tonumber(number) or 0) + more
      if more < 0 and left + (tonumber(call('HGET', earlier, authors[j])) or 0) <= 0 then
        for _, name in ipairs({who, alive, prefix .. 'who:' .. shelf - 1, earlier}) do call('HDEL', name, authors[j]) end
      else
        living[#living + 1] = authors[j]
        living[#living + 1] = left
        if blob ~= '' then
          shown[#shown + 1] = authors[j]
          shown[#shown + 1] = blob
        end
      end
      i = i + 3
    end
  end
  many(shown, 'HSET', who)
  many(living, 'HSET', alive)
  call('EXPIRE', who, kept)
  call('EXPIRE', alive, kept)
end
if watermark ~= '' then
  local before = tonumber(call('GET', prefix .. 'watermark'))
  if not before or before < tonumber(watermark) then call('SET', prefix .. 'watermark', watermark) end
end
local seq = call('INCR', prefix .. 'seq')
call('PUBLISH', prefix .. 'live', seq .. '\n' .. live)
return {}
