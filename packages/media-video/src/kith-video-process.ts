import { serveMediaJobs } from '@kith/core/adapter'
import { videoVerbs } from './video-verbs.ts'

serveMediaJobs(videoVerbs)
