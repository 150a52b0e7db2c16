/** The time by the store's own clock, in milliseconds since the epoch. */
const NOW = `
local function now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
`;

/**
 * What must happen at once, in Lua. Each script touches the keys of one job (one slot of a cluster): KEYS[1] the job's hash,
 * KEYS[2] the stream of its present attempt's events, whose entry `<n>-0` is event n, KEYS[3] the list of its commands.
 * `notify` wakes followers on the channel that has the name of the hash.
 */
const PRELUDE = `
local job, stream, commands = KEYS[1], KEYS[2], KEYS[3]
local function keep()
  local fields = redis.call('HMGET', job, 'state', 'deadlineMs', 'retentionMs')
  local ttl = tonumber(fields[3])
  if fields[1] ~= 'ended' then ttl = ttl + math.max(0, tonumber(fields[2]) - now()) end
  for _, key in ipairs(KEYS) do redis.call('PEXPIRE', key, math.ceil(ttl)) end
end
local function notify() redis.call('PUBLISH', job, '') end
local function begin(epoch)
  redis.call('HSET', job, 'epoch', epoch)
  redis.call('DEL', stream)
end
local function record(owner, language, deadline, retention, idempotencyKey, epoch)
  redis.call('HSET', job, 'owner', owner, 'language', language, 'deadlineMs', deadline, 'retentionMs', retention,
    'idempotencyKey', idempotencyKey, 'state', 'queued', 'attempts', 0, 'epoch', epoch, 'heldUntilMs', 0)
end
`;

/** Returns the time, in milliseconds since the epoch by the store's clock. */
const RECORD = `
record(ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6])
keep()
return now()
`;

/** ARGV: as RECORD, then leaseMs, maximumAttempts. Returns the kind and a number. */
const CLAIM = `
if redis.call('EXISTS', job) == 0 then record(ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6]) end
local fields = redis.call('HMGET', job, 'state', 'heldUntilMs', 'attempts')
local held = tonumber(fields[2]) - now()
if fields[1] == 'ended' then return {'ended', 0} end
if held > 0 then return {'held', held} end
if tonumber(fields[3]) >= tonumber(ARGV[8]) then return {'exhausted', tonumber(fields[3])} end
local attempts = redis.call('HINCRBY', job, 'attempts', 1)
redis.call('HSET', job, 'state', 'running', 'heldUntilMs', now() + ARGV[7])
begin(ARGV[6])
keep()
notify()
return {'claimed', attempts}
`;

/** ARGV: epoch, leaseMs. Returns whether the attempt holds the job. */
const RENEW = `
local fields = redis.call('HMGET', job, 'epoch', 'state')
if fields[1] ~= ARGV[1] or fields[2] ~= 'running' then return 0 end
redis.call('HSET', job, 'heldUntilMs', now() + ARGV[2])
return 1
`;

/** ARGV: epoch, the next epoch. Returns the time, 0 when it was not this attempt's to give. */
const RELEASE = `
local fields = redis.call('HMGET', job, 'epoch', 'state')
if fields[1] ~= ARGV[1] or fields[2] ~= 'running' then return 0 end
redis.call('HINCRBY', job, 'attempts', -1)
redis.call('HSET', job, 'state', 'queued', 'heldUntilMs', 0)
begin(ARGV[2])
notify()
return now()
`;

/** ARGV: epoch, number of the event before (-1: the last), whether the last one is terminal, then events. Returns the last number, -1 when fenced. */
const APPEND = `
local fields = redis.call('HMGET', job, 'epoch', 'state')
if fields[1] ~= ARGV[1] then return -1 end
local last, after, count = redis.call('XLEN', stream), tonumber(ARGV[2]), #ARGV - 3
if after == -1 then after = last end
if after > last then return -1 end
local known = last - after
if known >= count then return last end
if fields[2] == 'ended' then return -1 end
for index = known + 1, count do
  last = last + 1
  redis.call('XADD', stream, last .. '-0', 'e', ARGV[index + 3])
end
if ARGV[3] == '1' then redis.call('HSET', job, 'state', 'ended', 'heldUntilMs', 0, 'terminal', ARGV[#ARGV]) end
keep()
notify()
return last
`;

/** ARGV: the event, the next epoch. Returns whether it ended the job. */
const END_UNHELD = `
local fields = redis.call('HMGET', job, 'state', 'heldUntilMs', 'attempts')
if not fields[1] or fields[1] == 'ended' or tonumber(fields[2]) > now() then return 0 end
local last = 0
if redis.call('XLEN', stream) > 0 then
  begin(ARGV[2])
  last = 1
  redis.call('XADD', stream, '1-0', 'e', '{"type":"reset","attempt":' .. math.max(1, tonumber(fields[3])) .. '}')
end
redis.call('XADD', stream, (last + 1) .. '-0', 'e', ARGV[1])
redis.call('HSET', job, 'state', 'ended', 'heldUntilMs', 0, 'terminal', ARGV[1])
keep()
notify()
return 1
`;

/** Returns the fields of the job and the number of its last event; nothing when there is no such job. */
const FIND = `
local fields = redis.call('HMGET', job, 'owner', 'language', 'state', 'attempts', 'epoch', 'deadlineMs', 'terminal')
if not fields[1] then return nil end
fields[7] = fields[7] or ''
fields[8] = redis.call('XLEN', stream)
return fields
`;

/** ARGV: epoch and number of the last event seen, how many. Returns epoch, state, the number before the first event, and events. */
const READ = `
local fields = redis.call('HMGET', job, 'epoch', 'state')
if not fields[1] then return nil end
local from = 0
if fields[1] == ARGV[1] then from = tonumber(ARGV[2]) end
local answer = {fields[1], fields[2], from}
for _, entry in ipairs(redis.call('XRANGE', stream, (from + 1) .. '-0', '+', 'COUNT', ARGV[3])) do
  answer[#answer + 1] = entry[2][2]
end
return answer
`;

/** ARGV: the command. */
const COMMAND = `
local state = redis.call('HGET', job, 'state')
if not state or state == 'ended' then return 0 end
redis.call('RPUSH', commands, ARGV[1])
keep()
notify()
return 1
`;

/** ARGV: how many were read. Returns the state, and the commands after those. */
const COMMANDS = `
local state = redis.call('HGET', job, 'state')
if not state then return nil end
return {state, redis.call('LRANGE', commands, ARGV[1], -1)}
`;

/** Returns the idempotency key. */
const FORGET = `
local key = redis.call('HGET', job, 'idempotencyKey')
redis.call('DEL', job, stream, commands)
notify()
return key
`;

/** KEYS: a bucket. ARGV: capacity, refill per second, tokens. Returns whether they were taken, and the wait in milliseconds. */
const TAKE_TOKENS = `
local now = now()
local capacity, refill, wanted = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local fields = redis.call('HMGET', KEYS[1], 'tokens', 'atMs')
local tokens = capacity
if fields[1] then tokens = math.min(capacity, tonumber(fields[1]) + (now - tonumber(fields[2])) / 1000 * refill) end
local taken = tokens >= wanted
if taken then tokens = tokens - wanted end
redis.call('HSET', KEYS[1], 'tokens', tostring(tokens), 'atMs', now)
redis.call('PEXPIRE', KEYS[1], math.ceil((capacity - tokens) / refill * 1000) + 1000)
if taken then return {1, 0} end
return {0, math.ceil((wanted - tokens) / refill * 1000)}
`;

/** KEYS: a group, as a sorted set of holders by the end of their time. ARGV: holder, maximum, ttlMs. */
const ACQUIRE_SLOT = `
local now = now()
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) and redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[2]) then return 0 end
redis.call('ZADD', KEYS[1], now + ARGV[3], ARGV[1])
local longest = redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')
redis.call('PEXPIRE', KEYS[1], math.max(1, longest[2] - now))
return 1
`;

/** KEYS: the runners by the end of their time. ARGV: slots and id of one, ttlMs. */
const ANNOUNCE = `
redis.call('ZADD', KEYS[1], now() + ARGV[2], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
`;

/** KEYS: the runners. Returns the time, how many there are and the slots of all. */
const PRESENT = `
local now = now()
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
local members, slots = redis.call('ZRANGE', KEYS[1], 0, -1), 0
for _, member in ipairs(members) do slots = slots + tonumber(string.match(member, '^%d+')) end
return {now, #members, slots}
`;

/** KEYS: an idempotency key. ARGV: the job it is removed for. */
const FORGET_KEY = `
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 1
`;

const onJob = (lua: string) => ({ numberOfKeys: 3, lua: NOW + PRELUDE + lua });
const onOneKey = (lua: string) => ({ numberOfKeys: 1, lua: NOW + lua });

/** By the name of the command that they become. */
export const scripts = {
  jobRecord: onJob(RECORD),
  jobClaim: onJob(CLAIM),
  jobRenew: onJob(RENEW),
  jobRelease: onJob(RELEASE),
  jobAppend: onJob(APPEND),
  jobEndUnheld: onJob(END_UNHELD),
  jobFind: onJob(FIND),
  jobRead: onJob(READ),
  jobCommand: onJob(COMMAND),
  jobCommands: onJob(COMMANDS),
  jobForget: onJob(FORGET),
  takeTokens: onOneKey(TAKE_TOKENS),
  acquireSlot: onOneKey(ACQUIRE_SLOT),
  announce: onOneKey(ANNOUNCE),
  present: onOneKey(PRESENT),
  forgetKey: { numberOfKeys: 1, lua: FORGET_KEY },
} as const;

export type ScriptName = keyof typeof scripts;
