-- A row a customer and month up to the as-of date in which he was on the list, or may have been: AUM on the bank's averaging basis, the rank of its tier, [floor, next floor), and the tier held by the bank's rule, the highest of his last six months: up at once, down after six below, watched after three; what is not known is missing. No other definition looks a tier up (R3, R13, R2, R5, R6, R78).
SELECT
  r.branch_id,
  r.customer_id,
  r.as_of,
  r.aum_fen,
  r.tier_rank,
  MAX(r.tier_rank) OVER (
    PARTITION BY r.customer_id, r.counts, r.times_anew ORDER BY r.as_of
    ROWS BETWEEN :tier_rule.fall_after - 1 PRECEDING AND CURRENT ROW
  ) AS held_rank,
  MAX(r.tier_rank) OVER (
    PARTITION BY r.customer_id, r.counts, r.times_anew ORDER BY r.as_of
    ROWS BETWEEN :tier_rule.watch_after - 1 PRECEDING AND CURRENT ROW
  ) AS late_rank
FROM (
  -- Where as many months lie between two as the rule needs for a fall, it may have acted unseen: anew, by the assets.
  SELECT
    g.*,
    SUM(CASE WHEN g.month - g.month_before >= :tier_rule.fall_after THEN 1 ELSE 0 END) OVER (
      PARTITION BY g.customer_id, g.counts ORDER BY g.as_of
    ) AS times_anew
  FROM (
    SELECT
      k.*,
      LAG(k.month) OVER (PARTITION BY k.customer_id, k.counts ORDER BY k.as_of) AS month_before
    FROM (
      SELECT
        c.branch_id,
        c.customer_id,
        m.as_of,
        m.month,
        m.aum_fen,
        t.tier_rank,
        -- Of a calendar month its last date counts, and of what is not known nothing.
        m.as_of = MAX(m.as_of) OVER (PARTITION BY m.month) AND t.tier_rank IS NOT NULL AS counts
      FROM customer c
      JOIN (
        SELECT customer_id, as_of, YEAR(as_of) * 12 + MONTH(as_of) AS month, :aum_column AS aum_fen FROM customer_month
        UNION ALL
        SELECT customer_id, as_of, YEAR(as_of) * 12 + MONTH(as_of) AS month, CAST(NULL AS BIGINT) AS aum_fen
        FROM unlisted
      ) m ON m.customer_id = c.customer_id
      LEFT JOIN tiers t
        ON m.aum_fen >= t.floor_fen AND (t.ceiling_fen IS NULL OR m.aum_fen < t.ceiling_fen)
    ) k
  ) g
) r
