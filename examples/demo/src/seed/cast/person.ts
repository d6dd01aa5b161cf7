import type { Scene } from '../pictures/canvas.ts'
import type { Shape } from '../pictures/draw.ts'
import type { Face } from '../pictures/portrait.ts'

/** A person in the demo. */
export interface Person {
  username: string
  name: string
  bio: string
  face: Face
  cover: Scene
  /** In the order in which they were shared. */
  posts: readonly PlannedPost[]
}

/** A post of a person; without pictures it is text only. */
export interface PlannedPost {
  caption: string
  shows: readonly Scene[]
  shape: PostShape
}

/** The shape of a shared picture. */
export type PostShape = Extract<Shape, 'square' | 'tall' | 'wide'>

/** A post with pictures. */
export function shared(caption: string, shape: PostShape, ...shows: readonly Scene[]): PlannedPost {
  return { caption, shape, shows }
}

/** A post with text only. */
export function said(caption: string): PlannedPost {
  return { caption, shape: 'square', shows: [] }
}
