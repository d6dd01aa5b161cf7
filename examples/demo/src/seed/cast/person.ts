import type { Scene } from '../pictures/canvas.ts'
import type { Shape } from '../pictures/draw.ts'
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
  shape: PostShape
}

/** The shape of a picture that is shared. */
export type PostShape = Extract<Shape, 'square' | 'tall' | 'wide'>

/** A post with pictures. */
export function shared(caption: string, shape: PostShape, ...shows: readonly Scene[]): PlannedPost {
  return { caption, shape, shows }
}

/** A post of words. */
export function said(caption: string): PlannedPost {
  return { caption, shape: 'square', shows: [] }
}
