/**
 * Counts an attempt of a subject that has windows by the rules of `RateLimits.hit`, as `countAttempt` of the core does,
 * under the lock of its row. The first attempt stores its arguments. A longer window that neither continues nor starts
 * is left out; one that has ended is kept while the shortest lasts. The present is that of the caller, so windows end
 * by the caller's clock.
 */
const countAgain = `
  WITH before AS (
    SELECT length, counted, least(ending, @now::bigint + length * 1000::bigint) AS ending
      FROM unnest(known.lengths, known.counts, known.ends) AS stored (length, counted, ending)
  ), wanted AS (
    SELECT * FROM unnest(@limits::integer[], @windows::integer[]) WITH ORDINALITY AS wanted (allowed, length, place)
  ), shortest AS (
    SELECT wanted.length, CASE WHEN ending > @now THEN counted + 1 ELSE 1 END AS counted,
        CASE WHEN ending > @now THEN ending ELSE @now + wanted.length * 1000::bigint END AS ending
      FROM wanted LEFT JOIN before USING (length) WHERE place = 1
  ), hit AS (
    SELECT wanted.length, wanted.allowed,
        CASE WHEN place = 1 THEN shortest.counted
          WHEN before.ending > @now THEN before.counted + 1
          WHEN shortest.counted <= allowed * shortest.length::numeric / wanted.length THEN before.counted
          WHEN before.ending > shortest.ending - shortest.length * 1000::bigint THEN 1
          ELSE shortest.counted END AS counted,
        CASE WHEN place = 1 THEN shortest.ending
          WHEN before.ending > @now THEN before.ending
          WHEN shortest.counted <= allowed * shortest.length::numeric / wanted.length THEN before.ending
          WHEN before.ending > shortest.ending - shortest.length * 1000::bigint THEN @now + wanted.length * 1000::bigint
          ELSE shortest.ending + (wanted.length - shortest.length) * 1000::bigint END AS ending
      FROM wanted CROSS JOIN shortest LEFT JOIN before ON before.length = wanted.length
  ), refused AS (
    SELECT coalesce(max(ending) - @now, 0) AS millis FROM hit WHERE ending > @now AND counted > allowed
  ), after AS (
    SELECT hit.length, hit.counted, hit.ending FROM hit CROSS JOIN shortest
      WHERE (SELECT millis FROM refused) = 0 AND hit.ending > shortest.ending - shortest.length * 1000::bigint
    UNION ALL SELECT length, counted, ending FROM before WHERE (SELECT millis FROM refused) > 0
  )
  SELECT array_agg(length), array_agg(counted), array_agg(ending), (SELECT millis FROM refused),
      greatest(known.over_at, clock_timestamp() + (max(ending) - @now + 1000) * interval '1 millisecond')
    FROM after`

/** Every statement of the counters. */
export const counterStatements: Readonly<Record<'hit' | 'reset' | 'check', string>> = Object.freeze({
  // Each attempt removes two subjects that are over, so that made-up names do not pile up.
  hit: `WITH cleared AS (
      DELETE FROM kith.rate_limits WHERE subject IN (
        SELECT subject FROM kith.rate_limits WHERE over_at <= now() AND subject <> decode(@subject, 'hex')
          ORDER BY over_at LIMIT 2 FOR UPDATE SKIP LOCKED)
    )
    INSERT INTO kith.rate_limits AS known (subject, lengths, counts, ends, refused_millis, over_at)
      VALUES (decode(@subject, 'hex'), @lengths, @counts, @ends, @refused,
        clock_timestamp() + @lasts::bigint * interval '1 millisecond')
      ON CONFLICT (subject) DO UPDATE SET (lengths, counts, ends, refused_millis, over_at) = (${countAgain})
      RETURNING refused_millis AS millis`,
  reset: `WITH held AS (
      SELECT subject FROM kith.rate_limits WHERE subject IN (SELECT decode(hex, 'hex') FROM unnest(@subjects::text[]) AS hex)
        ORDER BY subject FOR UPDATE
    )
    DELETE FROM kith.rate_limits USING held WHERE rate_limits.subject = held.subject`,
  check: `SELECT 1 AS ready FROM kith.rate_limits WHERE subject = decode('', 'hex')`,
})
