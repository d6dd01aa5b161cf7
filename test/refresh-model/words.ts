import type { Action } from './model.ts'

const calls = { refresh: 'refreshes', logout: 'logs out', endAll: 'ends all sessions' } as const
const processes = ['A', 'B'] as const

/** An action in words, as the page about sessions shows it. */
function inWords(action: Action): string {
  switch (action.kind) {
    case 'whole':
      return `the ${action.by} ${calls[action.call]} at ${processes[action.process]}`
    case 'begin':
      return `the ${action.by} ${calls[action.call]} at ${processes[action.process]}, in steps: call ${'{n}'}`
    case 'step':
      return `a step of call ${action.call + 1}`
    case 'finish':
      return `call ${action.call + 1} goes on to its end`
    case 'lose':
      return `the answer of call ${action.call + 1} gets lost`
    case 'ask':
      return `the ${action.by} uses the access token at ${processes[action.process]}`
    case 'steal':
      return 'a thief copies the tokens'
    case 'deliver':
      return `the denylist reaches ${processes[action.process]}`
    case 'pass':
      return `${action.seconds} seconds pass`
    case 'set':
      return `the clock is set ${action.seconds > 0 ? 'forward' : 'back'} by an hour`
    case 'crash':
      return `${processes[action.process]} dies`
    case 'backup':
      return 'a backup is made'
    case 'restore':
      return 'the backup is restored'
  }
}

/** A trace in words. */
export function traceInWords(trace: readonly Action[]): string {
  let begun = 0
  return trace.map((action) => inWords(action).replace('{n}', () => String(++begun))).join('; ')
}
