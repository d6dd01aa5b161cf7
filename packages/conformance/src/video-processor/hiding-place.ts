/** Where something can stand in a video that is no picture and no sound, and a file that has it there. */
export interface HidingPlace {
  name: string
  file(): Buffer
  /** Whether a processor may refuse the file rather than clean it. */
  mayBeRefused?: boolean
}
