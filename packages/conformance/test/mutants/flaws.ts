import type { CaptionAnswer, CaptionWriter, RateLimits, Storage } from '@kith/core/ports'
import type { Flaw } from './run-mutants.ts'

export const storageFlaws: readonly Flaw<Storage>[] = [
  {
    flaw: 'takes a username for an email',
    fails: 'users/by-login-kind-bound',
    breaking: ({ users }) => ({
      users: {
        ...users,
        byLogin: async (login) =>
          (await users.byLogin(login)) ??
          (await users.byLogin(
            'username' in login ? { email: login.username } : { username: Object.values(login).join() },
          )),
      },
    }),
  },
  {
    flaw: 'replaces the password of nobody',
    fails: 'users/replace-password-unknown',
    breaking: ({ users }) => ({
      users: {
        ...users,
        replacePassword: async (id, expected, next) =>
          (await users.byId(id)) ? await users.replacePassword(id, expected, next) : { endedEpoch: 0 },
      },
    }),
  },
  {
    flaw: 'loses its claims',
    fails: 'media/claim-ends',
    breaking: ({ media }) => ({
      media: {
        ...media,
        async claim(claim) {
          const held = await media.claim(claim)
          await media.unclaim(claim)
          return held
        },
      },
    }),
  },
]

export const rateLimitFlaws: readonly Flaw<{ rateLimits: RateLimits }>[] = [
  {
    flaw: 'loses what it counted',
    fails: 'rate-limits/limit',
    breaking: ({ rateLimits }) => ({
      rateLimits: {
        ...rateLimits,
        async hit(key, limits, now) {
          const answer = await rateLimits.hit(key, limits, now)
          await rateLimits.reset([key])
          return answer
        },
      },
    }),
  },
]

/** Changes a response. */
function answering(
  change: (answer: CaptionAnswer, hint: string) => Partial<CaptionAnswer>,
): Flaw<{ captions: CaptionWriter }>['breaking'] {
  return ({ captions }) => ({
    captions: {
      ...captions,
      async suggest(request, signal) {
        const answer = await captions.suggest(request, signal)
        return { ...answer, ...change(answer, request.hint ?? '') }
      },
    },
  })
}

const usage = { model: 'llava', inputTokens: 10, outputTokens: null, cachedInputTokens: null }

export const captionFlaws: readonly Flaw<{ captions: CaptionWriter }>[] = [
  {
    flaw: 'has no name',
    fails: 'captions/writer-name',
    breaking: ({ captions }) => ({ captions: { ...captions, name: '' } }),
  },
  {
    flaw: 'says all of the hint',
    fails: 'captions/suggestion-length',
    breaking: answering(({ suggestions: [first = '', ...rest] }, hint) => ({
      suggestions: [`${hint} ${first}`, ...rest],
    })),
  },
  {
    flaw: 'tells tokens as a text',
    fails: 'captions/usage-as-json',
    breaking: answering(() => ({ usage: { ...usage, inputTokens: '10' as unknown as number } })),
  },
  {
    flaw: 'tells what it took with a function in it',
    fails: 'captions/usage-as-json',
    breaking: answering(() => ({ usage: { ...usage, toString: () => 'ten' } })),
  },
  {
    flaw: 'sorts the palette that it was given',
    fails: 'captions/request-unchanged',
    breaking: ({ captions }) => ({
      captions: {
        ...captions,
        suggest(request, signal) {
          request.measures.palette.reverse()
          return captions.suggest(request, signal)
        },
      },
    }),
  },
]
