/** Why mutants live on: what they do differently is not promised. A star stands for any text. */
export const survivors: readonly (readonly [mutants: string, reason: string])[] = [
  ['*: does it twice', 'A second call of these verbs changes nothing, which is promised.'],
  ['users.create: .taken is the other way round', 'The order of the identifiers is not promised.'],
  ['users.update: .taken is the other way round', 'The order of the identifiers is not promised.'],
  ['users.byIds: the answer is the other way round', 'The order is not promised: callers look up by id.'],
  [
    'users.markDeleted: 1 taken for *',
    'When an account was deleted is kept for operators; no verb returns it.',
  ],
  ['sessions.open: the answer is the other way round', 'The order of the ended sessions is not promised.'],
  [
    'sessions.revokeAll: the answer is the other way round',
    'The order of the ended sessions is not promised.',
  ],
  ['sessions.revoke: 0.* left out', 'The verb takes an id and a user; the cases hand it a whole session.'],
  ['sessions.revoke: 0.* is one *', 'The verb takes an id and a user; the cases hand it a whole session.'],
  ['edges.remove: 0.id left out', 'The verb takes kind and ends; the cases hand it a whole edge.'],
  ['edges.among: the answer is the other way round', 'The order is not promised.'],
  ['edges.drop: 1 *', 'A step may be smaller than asked for.'],
  ['posts.removeAll: 1 *', 'A step may be smaller than asked for.'],
  ['media.releaseAll: 1 *', 'A step may be smaller than asked for.'],
  ['posts.removeAll: the answer is the other way round', 'The order within a step is not promised.'],
  ['posts.byIds: the answer is the other way round', 'The order is not promised: callers look up by id.'],
  [
    'posts.create: .ids is the other way round',
    'The order of the media that cannot be used is not promised.',
  ],
  ['media.byIds: the answer is the other way round', 'The order is not promised: callers look up by id.'],
  [
    'media.bySubjects: the answer is the other way round',
    'The order is not promised: each has its position.',
  ],
  ['media.claim: drops the write', 'Only `claim` sees claims, and the twin answers all of its calls.'],
  [
    'media.claim: writes after it has answered',
    'Only `claim` sees claims, and the twin answers all of its calls.',
  ],
  [
    'edges.recount: *',
    'A sound storage has nothing to set right: broken-recounts.test.ts has one that does.',
  ],
  [
    'posts.recount: *',
    'A sound storage has nothing to set right: broken-recounts.test.ts has one that does.',
  ],
]
