import { animals } from './animals.ts'
import { coast } from './coast.ts'
import { kitchen } from './kitchen.ts'
import { makers } from './makers.ts'
import { mountains } from './mountains.ts'
import type { Person } from './person.ts'
import { streets } from './streets.ts'

/** Everyone in the demo. They, their pictures and their posts are invented. */
export const cast: readonly Person[] = [...mountains, ...coast, ...streets, ...kitchen, ...makers, ...animals]

export type { Person, PlannedPost } from './person.ts'
