import { forest } from '../pictures/forest.ts'
import { hills } from '../pictures/hills.ts'
import { nightSky } from '../pictures/night.ts'
import { type Person, said, shared } from './person.ts'

/** Those who are out in the hills, and under the stars. */
export const mountains: readonly Person[] = [
  {
    username: 'mara.outdoors',
    name: 'Mara Lindqvist',
    bio: 'Slow walks, early mornings, too many thermos flasks.',
    face: {
      skin: '#f2c4a0',
      hair: '#a8562e',
      style: 'long',
      shirt: '#2f6f73',
      backdrop: '#f2b5a0',
      extras: ['freckles'],
    },
    cover: hills({ hour: 'dawn', peaks: true, pines: true }),
    posts: [
      shared(
        'Four hours up, and then this. We had the whole lake to ourselves.',
        'tall',
        hills({ hour: 'day', peaks: true, lake: true, pines: true }),
      ),
      shared(
        'Woke up before the alarm, and before the birds.',
        'square',
        hills({ hour: 'dawn', pines: true }),
      ),
      said('Packing list for tomorrow: socks, more socks, bread, cheese, the good cheese.'),
      shared(
        'The hut at the end of the trail. Somebody had left the light on for us.',
        'square',
        hills({ hour: 'night', peaks: true, cabin: true, pines: true }),
      ),
      shared('Last light. Nobody said a word for ten minutes.', 'wide', hills({ hour: 'dusk', peaks: true })),
    ],
  },
  {
    username: 'jonas_n',
    name: 'Jonas Nyberg',
    bio: 'Night owl with a tripod. Clear skies, please.',
    face: {
      skin: '#e8b48a',
      hair: '#3a2a22',
      style: 'short',
      shirt: '#3d5a98',
      backdrop: '#c9d6a8',
      extras: ['beard', 'glasses'],
    },
    cover: nightSky({ aurora: true }),
    posts: [
      shared('They said it would be cloudy. It was not cloudy.', 'tall', nightSky({ aurora: true })),
      shared(
        'Full moon over the dunes. I could have read a book by it.',
        'square',
        nightSky({ moon: true, ground: 'dunes' }),
      ),
      shared(
        'One tent, one flask of tea, a few hundred billion stars.',
        'tall',
        nightSky({ milkyWay: true, tent: true }),
      ),
      shared('Waited three nights for this one.', 'wide', nightSky({ comet: true })),
    ],
  },
  {
    username: 'priya.wanders',
    name: 'Priya Raman',
    bio: 'Collecting sunrises in as many countries as the savings allow.',
    face: {
      skin: '#b97a50',
      hair: '#1a1418',
      style: 'bun',
      shirt: '#8a3f5a',
      backdrop: '#f2d38a',
      extras: ['earrings'],
    },
    cover: hills({ hour: 'dusk', balloons: true }),
    posts: [
      shared(
        'Five in the morning, twelve degrees, and worth every yawn.',
        'square',
        hills({ hour: 'dawn', balloons: true, ground: ['#6b4a5a', '#d9a38a'] }),
      ),
      said('Thirty hours of trains, and the best meal was a cheese roll on platform 4.'),
      shared(
        'Ochre hills as far as you can see.',
        'wide',
        hills({ hour: 'day', ground: ['#b5722c', '#e9c893'] }),
      ),
      shared(
        'My seat was the one with the draught. I did not mind.',
        'tall',
        hills({ hour: 'dusk', balloons: true }),
      ),
    ],
  },
  {
    username: 'theo.woods',
    name: 'Theo Brandt',
    bio: 'Forester. I know some of these trees by name.',
    face: {
      skin: '#f0c0a0',
      hair: '#9a948e',
      style: 'bald',
      shirt: '#4a6b4a',
      backdrop: '#d9b88a',
      extras: ['moustache', 'glasses'],
    },
    cover: forest({ season: 'summer' }),
    posts: [
      shared(
        'The path behind the house, every season of it. Swipe.',
        'square',
        forest({ season: 'spring' }),
        forest({ season: 'summer' }),
        forest({ season: 'autumn' }),
        forest({ season: 'winter' }),
      ),
      shared('Look who was on the path before me.', 'tall', forest({ season: 'autumn', fox: true })),
      shared('Snow overnight. Everything sounds different.', 'tall', forest({ season: 'winter' })),
      shared('Green, green, green.', 'square', forest({ season: 'summer' })),
    ],
  },
]
