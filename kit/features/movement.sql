-- 资金异动: the largest single receipt or payment of the profile's days where the transactions of the branch reach into them; else the change of the balance since the calendar month before (R107).
-- needs
--   movement_fen: txn.amount_fen or customer_month.aum_spot_fen
SELECT
  a.customer_id,
  CASE WHEN s.branch_id IS NOT NULL THEN COALESCE(t.largest_fen, 0) ELSE ABS(a.spot_fen - a.spot_before_fen) END AS movement_fen
FROM aum a
JOIN customer c ON c.customer_id = a.customer_id
LEFT JOIN (
  SELECT customer_id, MAX(ABS(amount_fen)) AS largest_fen
  FROM txn
  WHERE txn_date > :movement_since
  GROUP BY customer_id
) t ON t.customer_id = a.customer_id
LEFT JOIN (
  SELECT DISTINCT p.branch_id
  FROM txn x
  JOIN customer p ON p.customer_id = x.customer_id
  WHERE x.txn_date > :movement_since AND x.amount_fen IS NOT NULL
) s ON s.branch_id = c.branch_id
