import { serveMediaJobs } from '@kith/core/adapter'
import sharp from 'sharp'
import { imageVerbs } from './image-verbs.ts'

// Each image is processed once. A cache would take the memory of the next.
sharp.cache(false)
serveMediaJobs(imageVerbs)
