import { serveMediaJobs } from '@kith/core/adapter'
import sharp from 'sharp'
import { imageVerbs } from './image-verbs.ts'

// Each image comes once. What a cache holds would be the memory of the next.
sharp.cache(false)
serveMediaJobs(imageVerbs)
