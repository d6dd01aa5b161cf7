import type { Scene } from '../pictures/canvas.ts'
import type { Face } from '../pictures/portrait.ts'

/** Somebody who lives in the demo. */
export interface Person {
  username: string
  name: string
  bio: string
  face: Face
  cover: Scene
  /** In the order in which they were shared. */
  posts: readonly PlannedPost[]
}

/** Something that somebody shares; without pictures it is a text. */
export interface PlannedPost {
  caption: string
  shows: readonly Scene[]
  shape: Shape
}

/** The shape of a picture. */
export type Shape = 'square' | 'tall' | 'wide'

/** A post with pictures. */
export function shared(caption: string, shape: Shape, ...shows: readonly Scene[]): PlannedPost {
  return { caption, shape, shows }
}

/** A post of words. */
export function said(caption: string): PlannedPost {
  return { caption, shape: 'square', shows: [] }
}
