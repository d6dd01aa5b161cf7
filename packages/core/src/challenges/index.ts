export type { Challenge, ChallengeContext, Checking, Posing, Puzzle, Solved } from './challenge.ts'
export { createHcaptcha, createTurnstile, type HostedChallengeOptions } from './hosted-challenge.ts'
export { createProofOfWork, type ProofOfWorkOptions } from './proof-of-work.ts'
