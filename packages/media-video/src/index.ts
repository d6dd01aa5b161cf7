export {
  createMediabunnyVideos,
  type MediabunnyVideos,
  type MediabunnyVideosOptions,
} from './mediabunny-videos.ts'
