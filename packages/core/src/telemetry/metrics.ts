/** A counter that only grows. */
export type CounterName =
  | 'kith.events'
  | 'kith.sign_ins'
  | 'kith.refreshes'
  | 'kith.limits.refused'
  | 'kith.captions.tokens'
  | 'kith.upkeep.items'
  | 'kith.outbox.events'
  | 'kith.messages'

/** A duration, in seconds. Its count is the number of occurrences. */
export type DurationName =
  'kith.request.duration' | 'kith.call.duration' | 'kith.job.duration' | 'kith.upkeep.step.duration'

/** Read at each collection. */
export type GaugeName =
  | 'kith.queue.waiting'
  | 'kith.queue.running'
  | 'kith.queue.refused'
  | 'kith.media.processes'
  | 'kith.media.processes.killed'
  | 'kith.revocations.mirror.trusted'
  | 'kith.revocations.mirror.entries'
  | 'kith.revocations.outbox.waiting'
  | 'kith.revocations.outbox.age'
  | 'kith.upkeep.last_success'
  | 'kith.outbox.waiting'
  | 'kith.outbox.age'
  | 'kith.event_loop.delay'

/** The name of a metric of Kith. */
export type MetricName = CounterName | DurationName | GaugeName

/** The kind of a metric. */
export interface Metric {
  /** `total` is read like a gauge and only grows. */
  readonly kind: 'counter' | 'duration' | 'gauge' | 'total'
  /** As in UCUM: `s`, or `{request}` for a number of things. */
  readonly unit: string
  /** The attributes that it may have. */
  readonly attributes: readonly string[]
  /** What it tells an operator. */
  readonly tells: string
}

const failure = 'error.type'

/** Every metric of Kith. docs/metrics.md is generated from this. */
export const metrics: Readonly<Record<MetricName, Metric>> = Object.freeze<Record<MetricName, Metric>>({
  'kith.request.duration': {
    kind: 'duration',
    unit: 's',
    attributes: ['http.request.method', 'http.route', 'http.response.status_code', 'kith.of', failure],
    tells:
      'Each request that Kith handled, by the template of its path (`none` where no route was found), until the response was sent. `error.type` is the code of the problem. `kith.of` is `host` where Kith refused a request, or signed in, for a route of the app.',
  },
  'kith.call.duration': {
    kind: 'duration',
    unit: 's',
    attributes: ['kith.port', 'kith.verb', failure],
    tells:
      'Each call of a port: `storage.users` and the other stores, `blobs`, `direct`, `captions`, `breached`, `revocations`, `rateLimits`. `error.type` is the code of a `KithError`, or the class of any other error. A check of a revocation that is made from memory is not counted.',
  },
  'kith.job.duration': {
    kind: 'duration',
    unit: 's',
    attributes: ['kith.queue', 'kith.verb', failure],
    tells:
      'Each piece of work that waits in a queue (`passwords`, `images`, `videos`), from the call to its end, waiting included.',
  },
  'kith.queue.waiting': {
    kind: 'gauge',
    unit: '{job}',
    attributes: ['kith.queue'],
    tells: 'How many are waiting for their turn now.',
  },
  'kith.queue.running': {
    kind: 'gauge',
    unit: '{job}',
    attributes: ['kith.queue'],
    tells: 'How many are running now.',
  },
  'kith.queue.refused': {
    kind: 'total',
    unit: '{job}',
    attributes: ['kith.queue'],
    tells: 'How many were refused as `busy`, because the queue was full.',
  },
  'kith.media.processes': {
    kind: 'gauge',
    unit: '{process}',
    attributes: ['kith.queue'],
    tells: 'Media processes that exist now, busy or idle.',
  },
  'kith.media.processes.killed': {
    kind: 'total',
    unit: '{process}',
    attributes: ['kith.queue'],
    tells: 'Media processes that were killed because their file exceeded a limit of time or memory.',
  },
  'kith.sign_ins': {
    kind: 'counter',
    unit: '{attempt}',
    attributes: ['kith.method', 'kith.outcome', 'kith.client'],
    tells:
      'Passwords that were entered. `kith.method` is `password`, or `confirmation` for the password that confirms a change; `kith.outcome` is `right`, `wrong`, or `locked` if it was not checked; `kith.client` is `stranger`, a known `device`, or a `session`.',
  },
  'kith.refreshes': {
    kind: 'counter',
    unit: '{refresh}',
    attributes: ['kith.outcome'],
    tells:
      'Refresh tokens that were valid or reused: `rotated`, `grace` (used again within the grace period), `reuse`, `set-back` (ahead of its session, because a backup was restored), `unproved` (of a bound session, without a proof of its key).',
  },
  'kith.limits.refused': {
    kind: 'counter',
    unit: '{attempt}',
    attributes: ['kith.limit'],
    tells: 'Attempts that a limit refused, by its name in `limits`.',
  },
  'kith.events': {
    kind: 'counter',
    unit: '{event}',
    attributes: ['kith.event'],
    tells: 'Everything that `kith.events` raises, by name.',
  },
  'kith.captions.tokens': {
    kind: 'counter',
    unit: '{token}',
    attributes: ['kith.writer', 'kith.direction'],
    tells: 'Tokens that caption writers report: `input` and `output`.',
  },
  'kith.revocations.mirror.trusted': {
    kind: 'gauge',
    unit: '1',
    attributes: [],
    tells:
      '1 while this process checks revocations from its memory; 0 while it queries Redis for each check, or refuses because Redis cannot be reached.',
  },
  'kith.revocations.mirror.entries': {
    kind: 'gauge',
    unit: '{session}',
    attributes: [],
    tells: 'Ended sessions whose tokens this process denies.',
  },
  'kith.revocations.outbox.waiting': {
    kind: 'gauge',
    unit: '{session}',
    attributes: [],
    tells: 'Ended sessions that were not delivered to Redis, and so to the other processes, yet.',
  },
  'kith.revocations.outbox.age': {
    kind: 'gauge',
    unit: 's',
    attributes: [],
    tells: 'How long the oldest of them has waited; 0 if none does.',
  },
  'kith.upkeep.step.duration': {
    kind: 'duration',
    unit: 's',
    attributes: ['kith.step', failure],
    tells: 'Each step of `kith.upkeep.run()`; `error.type` if something in it failed.',
  },
  'kith.upkeep.items': {
    kind: 'counter',
    unit: '{item}',
    attributes: ['kith.item'],
    tells: 'What upkeep removed: `accounts`, `posts`, `media`, `sessions`.',
  },
  'kith.upkeep.last_success': {
    kind: 'gauge',
    unit: 's',
    attributes: [],
    tells:
      'When this process last ran upkeep without a failed step, in seconds since 1970; missing before the first.',
  },
  'kith.outbox.events': {
    kind: 'counter',
    unit: '{event}',
    attributes: ['kith.event', 'kith.outcome'],
    tells:
      'Durable events that this process handed to its consumer: `delivered`, or `failed` and to be retried.',
  },
  'kith.messages': {
    kind: 'counter',
    unit: '{message}',
    attributes: ['kith.message', 'kith.channel', 'kith.outcome'],
    tells:
      'Messages by their kind and channel (`email`, `sms`): `sent`, `refused` permanently by the messenger, or `late` if they expired before they could be sent.',
  },
  'kith.outbox.waiting': {
    kind: 'gauge',
    unit: '{event}',
    attributes: [],
    tells:
      'Durable events that waited when this process last looked, after `kith.outbox.deliver()` or by `backlog()`; counted up to 10,000.',
  },
  'kith.outbox.age': {
    kind: 'gauge',
    unit: 's',
    attributes: [],
    tells: 'How old the oldest of them is; 0 if none waited.',
  },
  'kith.event_loop.delay': {
    kind: 'gauge',
    unit: 's',
    attributes: [],
    tells: 'The longest block of the event loop since the last collection.',
  },
})
