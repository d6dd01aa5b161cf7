import type { Puzzle } from '@kith/core'
import { type Challenge, solveChallenge } from 'altcha-lib'
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2'

/** The value that the ALTCHA widget sends for a puzzle. */
export async function solvePuzzle({ parameters }: Pick<Puzzle, 'parameters'>): Promise<string> {
  const challenge = parameters as unknown as Challenge
  const solution = await solveChallenge({ challenge, deriveKey })
  return Buffer.from(JSON.stringify({ challenge, solution })).toString('base64')
}
