import { type Check, ok, sentenceOf } from './finding.ts'

/** How Redis makes room when it is full. Whether it can be reached is for `parts`. */
export const checkRedis: Check = async ({ open: { redis, kith } }) => {
  const check = 'redis'
  if (!redis) {
    return [
      'check' in kith.config.revocations
        ? {
            check,
            level: 'note',
            meaning: 'How Redis makes room was not checked: the config does not hand over its client.',
            cure: 'Export it as `redis` beside `kith`.',
          }
        : {
            check,
            level: 'note',
            meaning:
              'Revocations are those of one process: with several, a logout counts in the others after up to the life of an access token.',
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
        meaning: `How Redis makes room was not checked: ${sentenceOf(error)}`,
        cure: 'See that Redis lets this client in and allows it INFO (`ACL SETUSER <user> +info`), and run it again.',
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
        meaning: 'Redis does not say how it makes room when it is full.',
        cure: 'Look in the settings of your provider that its maxmemory-policy is noeviction.',
      },
    ]
  }
  if (policy === 'noeviction') return [ok(check, 'maxmemory-policy is noeviction.')]
  return [
    {
      check,
      level: bounded ? 'error' : 'warning',
      meaning: `maxmemory-policy is ${policy}: a full server drops revocations, and sessions that were ended work again for up to the life of an access token.`,
      cure: 'Set maxmemory-policy to noeviction, or keep revocations on a server of their own.',
    },
  ]
}
