import { createKith } from '@kith/core'
import { options } from './options.ts'

export const kith = createKith({ ...options, posts: { textOnly: true } })
