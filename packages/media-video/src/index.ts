export { createMediabunnyVideos } from './mediabunny-videos.ts'
