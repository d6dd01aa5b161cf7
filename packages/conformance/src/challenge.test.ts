import { createHcaptcha, createProofOfWork, createTurnstile } from '@kith/core/challenges'
import { describe, onTestFinished, test } from 'vitest'
import { startSiteverify } from '../../core/test/siteverify-double.ts'
import { solvePuzzle } from '../../core/test/solve-puzzle.ts'
import { challengeCases, type ChallengeHost, runCases } from './index.ts'

describe('proof of work', () =>
  runCases(test, challengeCases, async () => ({
    challenge: createProofOfWork({ tries: 20, rounds: 10 }),
    other: createProofOfWork({ tries: 20, rounds: 10 }),
    client: { solve: (parameters) => solvePuzzle({ parameters }), setDown: null },
  })))

describe.each([
  ['Turnstile', createTurnstile],
  ['hCaptcha', createHcaptcha],
])('%s', (_name, create) => {
  async function make(): Promise<ChallengeHost> {
    const { url, stop } = await startSiteverify()
    onTestFinished(stop)
    let [isDown, solved] = [false, 0]
    const reach: typeof fetch = async (...request) => {
      if (isDown) throw new TypeError('fetch failed')
      return await fetch(...request)
    }
    const options = { siteKey: 'site', secretKey: 'secret', verifyUrl: url, fetch: reach }
    return {
      challenge: create(options),
      other: create(options),
      client: {
        solve: async () => `right ${++solved}`,
        setDown: async (value) => void (isDown = value),
      },
    }
  }
  runCases(test, challengeCases, make)
})
