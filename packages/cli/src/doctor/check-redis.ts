import { type Check, ok, sentenceOf } from './finding.ts'

/** The eviction policy of Redis. `parts` checks whether it can be reached. */
export const checkRedis: Check = async ({ open: { redis, kith } }) => {
  const check = 'redis'
  if (!redis) {
    return [
      'check' in kith.config.revocations
        ? {
            check,
            level: 'note',
            meaning: 'The eviction policy of Redis was not checked: the config does not export its client.',
            cure: 'Export it as `redis` next to `kith`.',
          }
        : {
            check,
            level: 'note',
            meaning:
              'Revocations are kept in one process: with several, a logout counts in the others after up to the lifetime of an access token.',
            cure: 'With more than one server process use @kith/redis.',
          },
    ]
  }
  let info: string
  try {
    info = await redis.info('memory')
  } catch (error) {
    return [
      {
        check,
        level: 'note',
        meaning: `The eviction policy of Redis was not checked: ${sentenceOf(error)}`,
        cure: 'Check that Redis accepts this client and allows it INFO (`ACL SETUSER <user> +info`), and run it again.',
      },
    ]
  }
  const policy = /^maxmemory_policy:(\S+)/m.exec(info)?.[1]
  const bounded = Number(/^maxmemory:(\d+)/m.exec(info)?.[1] ?? 0) > 0
  if (policy === undefined) {
    return [
      {
        check,
        level: 'note',
        meaning: 'Redis does not report its eviction policy.',
        cure: 'Check in the settings of your provider that its maxmemory-policy is noeviction.',
      },
    ]
  }
  if (policy === 'noeviction') return [ok(check, 'maxmemory-policy is noeviction.')]
  return [
    {
      check,
      level: bounded ? 'error' : 'warning',
      meaning: `maxmemory-policy is ${policy}: a full server drops revocations, and sessions that were ended work again for up to the lifetime of an access token.`,
      cure: 'Set maxmemory-policy to noeviction, or keep revocations on a separate server.',
    },
  ]
}
