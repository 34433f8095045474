-- AUM on the bank's averaging basis, the tier held, the gap from the critical band to the tier above it, and loss (R13, R75, R78).
-- needs
--   at_risk, loss_level, recovered_fen: customer_month.aum_avg_month_fen, customer_month.aum_spot_fen
SELECT
  b.customer_id,
  b.aum_fen,
  b.spot_fen,
  b.spot_before_fen,
  t.tier,
  b.tier_rank,
  CASE WHEN b.aum_fen >= t.critical_fen THEN t.ceiling_fen - b.aum_fen END AS upgrade_gap_fen,
  CASE WHEN b.aum_fen >= t.critical_fen THEN t.next_tier END AS next_tier,
  CASE
    WHEN b.average_fen >= :value_floor_fen AND b.spot_fen < :value_floor_fen THEN 'light'
    WHEN b.average_before_fen >= :value_floor_fen AND b.average_fen < :value_floor_fen
      AND b.spot_fen < :value_floor_fen THEN 'heavy'
  END AS loss_level,
  -- Lost a month ago, light or heavy, and at the floor again.
  CASE
    WHEN b.spot_fen >= :value_floor_fen AND b.spot_before_fen < :value_floor_fen
      AND (b.average_before_fen >= :value_floor_fen OR b.average_earlier_fen >= :value_floor_fen)
      THEN b.spot_fen - b.spot_before_fen
  END AS recovered_fen,
  (b.average_fen >= :value_floor_fen OR b.average_before_fen >= :value_floor_fen) AND b.spot_fen < :value_floor_fen
    AS at_risk
FROM (
  SELECT
    c.customer_id,
    r.aum_fen,
    r.held_rank AS tier_rank,
    m.aum_avg_month_fen AS average_fen,
    p.aum_avg_month_fen AS average_before_fen,
    e.aum_avg_month_fen AS average_earlier_fen,
    m.aum_spot_fen AS spot_fen,
    p.aum_spot_fen AS spot_before_fen
  FROM customer c
  LEFT JOIN panel r ON r.customer_id = c.customer_id AND r.as_of = :month
  LEFT JOIN customer_month m ON m.customer_id = c.customer_id AND m.as_of = :month
  LEFT JOIN customer_month p ON p.customer_id = c.customer_id AND p.as_of = :month_before
  LEFT JOIN customer_month e ON e.customer_id = c.customer_id AND e.as_of = :month_earlier
) b
LEFT JOIN tiers t ON t.tier_rank = b.tier_rank
