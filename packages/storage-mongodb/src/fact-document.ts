import type { Identified } from './collection.ts'

/** A fact; its id is its name. */
export interface FactDocument extends Identified {
  value: string
}
