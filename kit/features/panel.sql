-- A row a customer and month up to the as-of date in which he was on the list, or may have been: AUM on the bank's averaging basis, and the rank of the tier, [floor, next floor), both missing where they are not known; no other definition looks a tier up (R3, R13, R2, R5, R6, R78).
SELECT
  c.branch_id,
  c.customer_id,
  m.as_of,
  m.aum_fen,
  t.tier_rank
FROM customer c
JOIN (
  SELECT customer_id, as_of, :aum_column AS aum_fen FROM customer_month
  UNION ALL
  SELECT customer_id, as_of, CAST(NULL AS BIGINT) AS aum_fen FROM unlisted
) m ON m.customer_id = c.customer_id
LEFT JOIN tiers t
  ON m.aum_fen >= t.floor_fen AND (t.ceiling_fen IS NULL OR m.aum_fen < t.ceiling_fen)
