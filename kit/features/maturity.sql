-- What falls due: the next maturity after the printing day, the sum within the profile's days of it, and what fell due since the as-of date, over accounts and holdings (R106).
-- needs
--   next_maturity_date, maturing_fen, passed_fen: account.maturity_date or holding.maturity_date
SELECT
  c.customer_id,
  d.next_maturity_date,
  COALESCE(d.maturing_fen, 0) AS maturing_fen,
  COALESCE(d.passed_fen, 0) AS passed_fen
FROM customer c
LEFT JOIN (
  SELECT
    customer_id,
    MIN(CASE WHEN maturity_date > :printed THEN maturity_date END) AS next_maturity_date,
    CAST(SUM(CASE WHEN maturity_date > :printed AND maturity_date <= :maturity_until THEN amount_fen ELSE 0 END) AS BIGINT) AS maturing_fen,
    CAST(SUM(CASE WHEN maturity_date <= :printed THEN amount_fen ELSE 0 END) AS BIGINT) AS passed_fen
  FROM due
  GROUP BY customer_id
) d ON d.customer_id = c.customer_id
