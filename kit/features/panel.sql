-- A row a customer and month up to the as-of date: AUM on the bank's averaging basis, and the rank of the tier, [floor, next floor); no other definition looks a tier up (R3, R13, R2, R5, R6, R78).
SELECT
  c.branch_id,
  c.customer_id,
  m.as_of,
  m.:aum_column AS aum_fen,
  t.tier_rank
FROM customer c
JOIN customer_month m ON m.customer_id = c.customer_id AND m.as_of <= :as_of
LEFT JOIN tiers t
  ON m.:aum_column >= t.floor_fen AND (t.ceiling_fen IS NULL OR m.:aum_column < t.ceiling_fen)
